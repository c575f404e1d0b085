import type { ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import { isSqlite } from '../../database/dialect.js';
import type { BaseUser, UserId } from '../user.entity.js';
import type { UsersFilter } from './users-query.js';

/** The parts of a page, and what is known about it before its statement is built. */
export interface Page<User extends BaseUser> {
  users: Repository<User>;
  select: SelectQueryBuilder<User>;
  filter: UsersFilter;
  /** Whether all matching users are counted. Then the database must read them all, whatever the order. */
  isCounted: boolean;
  /** The last user of the previous page. */
  after: UserId | undefined;
}

/** Limits the page to users with the filter's role. If no user can have the role, the page is empty. */
export type RoleFilter = <User extends BaseUser>(page: Page<User>) => Promise<boolean>;

export const ROLE_FILTER = Symbol('nestjs-users: filter of lists by role');

/**
 * Up to this number, the database finds the users first and then sorts them. Above it, the database walks an
 * index in the page's order and tests each user.
 */
const FEW = 1000;

/** Whether a SELECT finds few rows. It stops counting above that number. */
export async function findsFew<Entity extends ObjectLiteral>(
  select: SelectQueryBuilder<Entity>,
): Promise<boolean> {
  const some = select.limit(FEW + 1);
  const [{ count }] = await some.dataSource
    .createQueryBuilder()
    .select('COUNT(*)', 'count')
    .from(`(${some.getQuery()})`, 'some')
    .setParameters(some.getParameters())
    .getRawMany<{ count: number | string }>();
  return Number(count) <= FEW;
}

/**
 * Whether a comparison of row values can use an index. PostgreSQL and SQLite can; MariaDB needs an OR instead.
 */
export const comparesRows = <User extends BaseUser>(users: Repository<User>): boolean =>
  isSqlite(users.manager.dataSource) ||
  ['postgres', 'cockroachdb'].includes(users.manager.dataSource.options.type);
