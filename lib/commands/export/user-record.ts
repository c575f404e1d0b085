import { put } from '../../database/written-values.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { UserColumns } from '../columns/user-columns.js';

/** A user as files have it: by the names of the columns, embedded objects nested, roles by name. */
export type UserRecord = Record<string, unknown>;

interface Roles {
  roles?: { name: string }[];
}

/**
 * The columns that a plain SELECT reads, and the names of the roles.
 * @param hasRoles whether the roles are loaded
 */
export function recordOf(user: BaseUser & Roles, columns: UserColumns, hasRoles: boolean): UserRecord {
  const record: UserRecord = {};
  for (const path of columns.readable)
    put(record, path.split('.'), columns.toJson(columns.valueOf(path, user)));
  if (hasRoles) record['roles'] = (user.roles ?? []).map(({ name }) => name).sort();
  return record;
}
