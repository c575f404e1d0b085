import type { Repository, SelectQueryBuilder } from 'typeorm';
import { storedValue } from '../../database/column-values.js';
import { columnOf, isUniqueColumn } from '../../database/entity-metadata.js';
import { InvalidBodyError } from '../../common/users-error.js';
import type { BaseUser, UserId } from '../user.entity.js';
import type { Identifiers } from '../identifiers.js';
import { comparesRows, type Page, type RoleFilter } from './page.js';
import { addSearch } from './search-filter.js';
import { orderOf, type UsersFilter } from './users-query.js';

const FLAGS = ['isActive', 'isVerified', 'isSuperuser'] as const;

/**
 * The users that match a filter, in its order. Users with equal values are sorted by id, so the order is total.
 * Each statement is written so that PostgreSQL, SQLite and MariaDB can use an index without planner hints.
 * @param after leaves out this user and all users before
 */
export async function selectUsers<User extends BaseUser>(
  users: Repository<User>,
  filter: UsersFilter,
  { identifiers, addRole }: { identifiers: Identifiers; addRole: RoleFilter },
  { after, isCounted = false }: { after?: UserId; isCounted?: boolean } = {},
): Promise<SelectQueryBuilder<User>> {
  const page: Page<User> = { users, select: users.createQueryBuilder('user'), filter, after, isCounted };
  const areFew = await addRole(page);
  addFlags(page, areFew);
  await addSearch(page, identifiers, areFew);
  if (after !== undefined) startAfter(page, after);
  const { column, direction } = orderOf(filter);
  requireOrder(users, column);
  page.select.orderBy(`user.${column}`, direction);
  // The id is not needed after a unique column, and MariaDB would sort the whole table for it.
  return isUniqueColumn(users.metadata, column) ? page.select : page.select.addOrderBy('user.id', direction);
}

const AN_ADDRESS = 'ada@example.com';

/** @throws {InvalidBodyError} if a transformer encrypts the column, because its order would be meaningless */
function requireOrder<User extends BaseUser>({ metadata }: Repository<User>, property: string): void {
  if (property !== 'email' || storedValue(columnOf(metadata, property), AN_ADDRESS) === AN_ADDRESS) return;
  throw new InvalidBodyError([
    { loc: ['query', 'sort'], msg: 'Sorting by address is not available here.', type: 'unavailable' },
  ]);
}

/**
 * `<>` stops a planner from using the index on the flag. SQLite, which has no statistics, would prefer it to
 * the few users already found. MariaDB would prefer it to the place where the page begins, and read all rows
 * before it.
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

/**
 * The database compares its own stored values. An instant that passes through this process could depend on its
 * time zone.
 */
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
