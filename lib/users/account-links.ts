import type { EntityManager } from 'typeorm';
import type { UserId } from './user.entity.js';

/** Ways to log in that stand beside the password, such as accounts at other providers. */
export interface AccountLinks {
  /** Removes all of a user's. @returns how many there were */
  removeAll(manager: EntityManager, user: UserId): Promise<number>;
}

/** The feature that keeps such links provides them under this token. */
export const ACCOUNT_LINKS = Symbol('nestjs-users: links to accounts elsewhere');
