import { Injectable } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import { Authenticator } from '../authenticator.js';
import type { Identity } from '../backend.js';
import { replaceToken } from '../replace-token.js';
import type { BaseSession } from './session.entity.js';
import { SessionNotFoundError } from './sessions.errors.js';
import { SessionsRepository } from './sessions.repository.js';

/** The places where a user is logged in, and how they end. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersRepository,
    private readonly authenticator: Authenticator,
  ) {}

  /** Those that are not over, the newest first. */
  list(user: BaseUser): Promise<BaseSession[]> {
    return this.sessions.list(user);
  }

  /** @throws {SessionNotFoundError} also for another user's session, and for an id that can be none's */
  async end(user: BaseUser, id: unknown): Promise<void> {
    if (!(await this.sessions.delete(user.id, id))) throw new SessionNotFoundError();
  }

  /**
   * Ends every login but this one. Where a backend keeps logins that are no sessions, all tokens die, and this login
   * goes on with a fresh one in the answer.
   */
  async endOthers(identity: Identity, request: HttpRequest, response: HttpResponse): Promise<void> {
    const { user, session } = identity;
    if (!this.authenticator.keepsAllSessions) {
      await this.users.raiseTokenVersion(user.id);
      user.tokenVersion += 1;
      await replaceToken(identity, user, request, response);
    }
    await this.sessions.deleteAll(user.id, { except: session?.id });
  }

  /** Ends every login of the user, whatever backend it came by. */
  async endAll(user: BaseUser): Promise<void> {
    await this.users.raiseTokenVersion(user.id);
    await this.sessions.deleteAll(user.id);
  }
}
