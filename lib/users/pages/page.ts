import type { ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import { isSqlite } from '../../common/dialect.js';
import type { BaseUser, UserId } from '../user.entity.js';
import type { UsersFilter } from './users-query.js';

/** What a page is made of, and what is known of it before its statement is written. */
export interface Page<User extends BaseUser> {
  users: Repository<User>;
  select: SelectQueryBuilder<User>;
  filter: UsersFilter;
  /** Whether all that the filter lets through are counted, so that no order spares the database a look at them. */
  isCounted: boolean;
  /** The user that the page before ended with. */
  after: UserId | undefined;
}

/** Up to so many users are found first and put in order then; for more, the order is walked and each user asked. */
const FEW = 1000;

/** Whether a SELECT finds few rows; it is not followed any further than that takes. */
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

/** PostgreSQL and SQLite go to a place in an index for a row of values, MariaDB for an OR; neither for the other's. */
export const comparesRows = <User extends BaseUser>(users: Repository<User>): boolean =>
  isSqlite(users.manager.dataSource) ||
  ['postgres', 'cockroachdb'].includes(users.manager.dataSource.options.type);
