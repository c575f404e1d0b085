import type { ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import type { BaseUser, UserId } from '../user.entity.js';
import type { UsersFilter } from './users-query.js';

/** What a page is made of, and what is known of it before its statement is written. */
export interface Page<User extends BaseUser> {
  users: Repository<User>;
  select: SelectQueryBuilder<User>;
  filter: UsersFilter;
  /** The user that the page before ended with. */
  after: UserId | undefined;
}

/** Up to so many users are found first and put in order then; for more, the order is walked and each user asked. */
const FEW = 1000;

/** Whether a SELECT finds few rows; it is not followed any further than that takes. */
export async function findsFew<Entity extends ObjectLiteral>(
  select: SelectQueryBuilder<Entity>,
): Promise<boolean> {
  const found = await select.limit(FEW + 1).getRawMany();
  return found.length <= FEW;
}

export const isSqlite = <User extends BaseUser>({ manager }: Repository<User>): boolean =>
  /sqlite|sqljs/.test(manager.dataSource.options.type);

/** PostgreSQL and SQLite go to a place in an index for a row of values, MariaDB for an OR; neither for the other's. */
export const comparesRows = <User extends BaseUser>(users: Repository<User>): boolean =>
  isSqlite(users) || ['postgres', 'cockroachdb'].includes(users.manager.dataSource.options.type);
