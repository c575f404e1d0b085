import { inspect } from 'node:util';
import type { BaseUser } from '../users/user.entity.js';
import type { Backend, Credential, Identity } from './backend.js';
import type { BaseSession } from './sessions/session.entity.js';

/**
 * The identity that is stored at a request. Printing, copying or serializing it leaves out the token, which
 * only the strategy needs.
 */
export class LoggedIn<User extends BaseUser = BaseUser> implements Identity<User> {
  declare readonly user: User;
  declare readonly tokenVersion: number;
  declare readonly authenticatedAt: number;
  declare readonly session?: BaseSession;
  readonly #token: string;

  /** @param credential may have further fields that a host's strategy needs to end the credential */
  constructor(
    credential: Credential<User>,
    readonly backend: Backend<User>,
    token: string,
  ) {
    const { token: _, ...fields } = credential as Credential<User> & { token?: unknown };
    Object.assign(this, fields);
    this.#token = token;
  }

  get token(): string {
    return this.#token;
  }

  toJSON(): object {
    const { user, tokenVersion, authenticatedAt, session, backend } = this;
    return { backend: backend.name, authenticatedAt, tokenVersion, user, session };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}
