import type { Repository, SelectQueryBuilder } from 'typeorm';
import { isUniqueColumn } from '../../common/entity-metadata.js';
import type { BaseUser, UserId } from '../user.entity.js';
import type { UsersSettings } from '../users.settings.js';
import { comparesRows, type Page } from './page.js';
import { addRole } from './role-filter.js';
import { addSearch } from './search-filter.js';
import { orderOf, type UsersFilter } from './users-query.js';

const FLAGS = ['isActive', 'isVerified', 'isSuperuser'] as const;

/**
 * The users that a filter lets through, in its order; ties go by id, so an order is always whole. Each statement is
 * written so that PostgreSQL, SQLite and MariaDB answer it out of an index, without hints to their planners.
 * @param after leaves out what stands before this user, and that user
 */
export async function selectUsers<User extends BaseUser>(
  users: Repository<User>,
  filter: UsersFilter,
  settings: Pick<UsersSettings, 'identifier' | 'normalizeIdentifier'>,
  { after, isCounted = false }: { after?: UserId; isCounted?: boolean } = {},
): Promise<SelectQueryBuilder<User>> {
  const page: Page<User> = { users, select: users.createQueryBuilder('user'), filter, after, isCounted };
  const areFew = await addRole(page);
  addFlags(page, areFew);
  await addSearch(page, settings, areFew);
  if (after !== undefined) startAfter(page, after);
  const { column, direction } = orderOf(filter);
  page.select.orderBy(`user.${column}`, direction);
  // MariaDB would sort the whole table for an id that a unique column makes needless.
  return isUniqueColumn(users.metadata, column) ? page.select : page.select.addOrderBy('user.id', direction);
}

/**
 * `<>` keeps a planner from an index on the flag: SQLite, which has no statistics, takes it before the few users found
 * already; MariaDB takes it before the place where the page begins, and reads up to there.
 */
function addFlags<User extends BaseUser>(
  { users, select, filter, after }: Page<User>,
  areFew: boolean,
): void {
  const isOther = areFew || (after !== undefined && !comparesRows(users));
  for (const flag of FLAGS) {
    const value = filter[flag];
    if (value === undefined) continue;
    if (isOther) select.andWhere(`user.${flag} <> :not_${flag}`, { [`not_${flag}`]: !value });
    else select.andWhere(`user.${flag} = :${flag}`, { [flag]: value });
  }
}

/** The database compares its own values: an instant that went through a process would depend on its time zone. */
function startAfter<User extends BaseUser>({ users, select, filter }: Page<User>, id: UserId): void {
  const { column, direction } = orderOf(filter);
  const beyond = direction === 'ASC' ? '>' : '<';
  const query = users.createQueryBuilder('last').select(`last.${column}`).where('last.id = :lastId');
  const last = `(${query.getQuery()})`;
  select.setParameter('lastId', id);
  if (isUniqueColumn(users.metadata, column)) {
    select.andWhere(`user.${column} ${beyond} ${last}`);
  } else if (comparesRows(users)) {
    select.andWhere(`(user.${column}, user.id) ${beyond} (${last}, :lastId)`);
  } else {
    select.andWhere(
      `(user.${column} ${beyond} ${last} OR (user.${column} = ${last} AND user.id ${beyond} :lastId))`,
    );
  }
}
