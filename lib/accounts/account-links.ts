import type { EntityManager } from 'typeorm';
import type { UserId } from '../users/user.entity.js';

/** Ways to log in beside the password, such as accounts at providers. */
export interface AccountLinks {
  /**
   * Removes all links of a user.
   * @returns the number of removed links
   */
  removeAll(manager: EntityManager, user: UserId): Promise<number>;
}

/** The feature that stores such links provides them under this token. */
export const ACCOUNT_LINKS = Symbol('nestjs-users: links to accounts elsewhere');
