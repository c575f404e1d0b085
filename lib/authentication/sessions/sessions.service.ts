import { Injectable } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { andThen } from '../../common/late-write.js';
import type { Precondition } from '../../users/precondition.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import { Authenticator } from '../authenticator.js';
import type { Identity } from '../backend.js';
import { BackendLogins } from '../backend-logins.js';
import { replaceToken } from '../replace-token.js';
import type { BaseSession } from './session.entity.js';
import { SessionNotFoundError } from './sessions.errors.js';
import { SessionsRepository } from './sessions.repository.js';

/** Lists and ends the logins of a user. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersRepository,
    private readonly authenticator: Authenticator,
    private readonly logins: BackendLogins,
  ) {}

  /** Lists the sessions of a user that have not expired, the newest first. */
  list(user: BaseUser): Promise<BaseSession[]> {
    return this.sessions.list(user);
  }

  /**
   * Ends one session of a user.
   * @param preconditions conditions that must still hold when the session ends
   * @throws {SessionNotFoundError} also for the session of another user, and for a malformed id
   * @throws the refusal of a precondition
   */
  async end(user: BaseUser, id: unknown, preconditions: readonly Precondition[] = []): Promise<void> {
    await this.users.requireAll({ id: user.id }, preconditions);
    if (!(await this.sessions.delete(user.id, id))) throw new SessionNotFoundError();
  }

  /**
   * Ends every login of a user except this one. If a backend has logins without sessions, all tokens become invalid, and
   * this login continues with a new token in the answer.
   * @param identity the login that continues, from `@CurrentIdentity()`
   * @throws {NotAuthenticatedError} if this login itself has ended
   */
  async endOthers(identity: Identity, request: HttpRequest, response: HttpResponse): Promise<void> {
    const { user, session } = identity;
    const endSessions = () => this.sessions.deleteAll(user.id, { except: session?.id });
    const preconditions = this.logins.stillCounts(identity);
    if (this.authenticator.keepsAllSessions) {
      await this.users.requireAll({ id: user.id }, preconditions);
      return endSessions();
    }
    await andThen(this.users.raiseTokenVersion(user.id, preconditions), endSessions);
    await replaceToken(identity, request, response);
  }

  /**
   * Ends every login of a user, on all backends.
   * @param preconditions conditions that must still hold when the logins end
   * @throws the refusal of a precondition
   */
  async endAll(user: BaseUser, preconditions: readonly Precondition[] = []): Promise<void> {
    await andThen(this.users.raiseTokenVersion(user.id, preconditions), () =>
      this.sessions.deleteAll(user.id),
    );
  }
}
