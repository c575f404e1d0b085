import { isSameId } from '../database/entity-id.js';
import type { BaseUser, UserId } from './user.entity.js';
import type { UserNotUniqueError } from './users.errors.js';
import type { UsersFinder } from './users.finder.js';

/**
 * Whether another row already has one of these fields. A SELECT need not find that row: it may be softly
 * deleted or hidden by a policy, or the database may treat a different text as equal.
 * @param names the names of the fields
 * @param fields the fields that the database refused
 * @param own the id of the row that the fields were meant for, if there is one
 */
export async function isTaken<User extends BaseUser>(
  names: readonly string[],
  fields: object,
  { property }: UserNotUniqueError,
  users: UsersFinder<User>,
  own?: UserId,
): Promise<boolean> {
  if (property !== undefined && names.includes(property)) return true;
  // The database names only one of several broken keys, and not always by a name that the entity has.
  for (const name of new Set(names)) {
    const value = (fields as Record<string, unknown>)[name];
    const holder = typeof value === 'string' ? await users.findHolder(name, value) : undefined;
    if (holder && !isSameId(holder.id, own)) return true;
  }
  return false;
}
