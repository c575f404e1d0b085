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

  /** The sessions that have not expired, the newest first. */
  list(user: BaseUser): Promise<BaseSession[]> {
    return this.sessions.list(user);
  }

  /**
   * @param preconditions what must still be true then
   * @throws {SessionNotFoundError} also for another user's session, and for an id that can be none's; what a precondition refuses with
   */
  async end(user: BaseUser, id: unknown, preconditions: readonly Precondition[] = []): Promise<void> {
    await this.users.requireAll({ id: user.id }, preconditions);
    if (!(await this.sessions.delete(user.id, id))) throw new SessionNotFoundError();
  }

  /**
   * Ends every login except this one. If a backend has logins without sessions, all tokens become invalid, and
   * this login continues with a new token in the answer.
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
   * Ends every login of the user, whatever backend it came by.
   * @param preconditions what must still be true then
   * @throws what a precondition refuses with
   */
  async endAll(user: BaseUser, preconditions: readonly Precondition[] = []): Promise<void> {
    await andThen(this.users.raiseTokenVersion(user.id, preconditions), () =>
      this.sessions.deleteAll(user.id),
    );
  }
}
