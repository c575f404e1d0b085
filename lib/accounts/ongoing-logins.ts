import type { InTransaction } from '../database/in-transaction.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser, UserId } from '../users/user.entity.js';

/** Logins that can end without a new `tokenVersion`. Each has a short name that a signed token may contain. */
export interface OngoingLogins {
  /**
   * The conditions for a change that a login requested.
   * @param login `undefined` for a login that only a new `tokenVersion` ends
   * @param refusal makes the error for a login that has ended
   */
  preconditions(user: BaseUser, login: string | undefined, refusal: () => Error): Precondition[];
  /** Removes the stored logins of a user; `undefined` if none are stored beside the user. */
  removal(user: UserId): InTransaction | undefined;
}

/** The authentication room provides the logins under this token. */
export const ONGOING_LOGINS = Symbol('nestjs-users: logins that can end by themselves');
