import { clientAddress } from '../../common/client-address.js';
import type { HttpRequest } from '../../common/http.js';
import { NotAuthenticatedError } from '../../common/users-error.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { Credential, Login } from '../backend.js';
import type { StrategyContext } from '../backend.options.js';
import type { BaseSession } from './session.entity.js';
import type { SessionOwner, SessionsRepository } from './sessions.repository.js';

const LONGEST_USER_AGENT = 255;

/** Turns the logins of one strategy into sessions, and sessions into credentials. */
export class LoginSessions {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly context: Pick<StrategyContext, 'trustedProxies'>,
    private readonly lifetimes: { lifetimeSeconds: number; idleSeconds?: number | undefined },
  ) {}

  /**
   * Opens the session of a login: a new row, or the row of the credential that the new token replaces.
   * @param tokenHash the hash of the token, if the token itself identifies the session
   * @throws {NotAuthenticatedError} if that row was deleted meanwhile
   */
  async open(user: BaseUser, login: Login, tokenHash: string | null): Promise<BaseSession['id']> {
    const { replaces, request, authenticatedAt } = login;
    const now = new Date();
    // The claim has whole seconds. With milliseconds here, the later of two logins in one second is the newer
    // session.
    const isNow = Math.floor(now.getTime() / 1000) === authenticatedAt;
    const createdAt = isNow ? now : new Date(authenticatedAt * 1000);
    const expiresAt = this.end(createdAt, now);
    const values = { tokenHash, tokenVersion: user.tokenVersion, lastUsedAt: now, expiresAt };
    if (replaces?.session) {
      const { id } = replaces.session;
      if (!(await this.sessions.update({ id }, values))) {
        throw new NotAuthenticatedError(replaces.backend.transport.challenge);
      }
      return id;
    }
    return this.sessions.insert(user, { ...values, createdAt, ...this.origin(request) });
  }

  credential({ user, session }: SessionOwner): Credential {
    const now = new Date();
    this.sessions.noteUse(session, now, this.end(session.createdAt, now));
    const authenticatedAt = Math.floor(session.createdAt.getTime() / 1000);
    return { user, session, tokenVersion: session.tokenVersion, authenticatedAt };
  }

  /** When a session that is used now will expire. */
  private end(createdAt: Date, now: Date): Date {
    const { lifetimeSeconds, idleSeconds } = this.lifetimes;
    const end = createdAt.getTime() + lifetimeSeconds * 1000;
    return new Date(idleSeconds === undefined ? end : Math.min(end, now.getTime() + idleSeconds * 1000));
  }

  private origin(request: HttpRequest | undefined): Pick<BaseSession, 'userAgent' | 'ip'> {
    if (!request) return { userAgent: null, ip: null };
    return {
      userAgent: request.headers['user-agent']?.slice(0, LONGEST_USER_AGENT) ?? null,
      ip: clientAddress(request, this.context.trustedProxies),
    };
  }
}
