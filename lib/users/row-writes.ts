import type { FindOptionsWhere } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { type InTransaction, runInTransaction } from '../database/in-transaction.js';
import { isPostgres, isSqlite } from '../database/dialect.js';
import { decidesByDefault, decidingTransaction } from '../database/isolation.js';
import type { Write } from './last-superuser.js';
import { type Precondition, requireElsewhere } from './precondition.js';
import type { BaseUser } from './user.entity.js';

/** How to run an update. */
export interface UserUpdate {
  raiseTokenVersion?: boolean;
  /** Conditions that must still hold when the row is written. */
  preconditions?: readonly Precondition[];
  /** Statements that run in the same transaction as the update. The row stays locked meanwhile. */
  inTransaction?: InTransaction | undefined;
}

/** An UPDATE, and the statements that belong to it if it finds a row. */
export const updating =
  <User extends BaseUser>(
    change: QueryDeepPartialEntity<User>,
    inTransaction: InTransaction | undefined,
  ): Write<User> =>
  ({ manager, target }, where) =>
    runInTransaction(
      manager,
      (own) => own.createQueryBuilder().update(target).set(change).where(where).execute(),
      inTransaction,
    );

/** A DELETE. */
export const deleting =
  <User extends BaseUser>(): Write<User> =>
  (users, where) =>
    users.createQueryBuilder().delete().where(where).execute();

/**
 * A write whose preconditions are checked after the row is locked. On PostgreSQL, a statement that waits for a
 * locked row reads that row again afterwards, but sees other tables as they were when the statement began;
 * another store does not wait at all. So the row is locked first. On MySQL, the statement locks the rows that
 * it reads in other tables, so they cannot change meanwhile. SQLite has one writer, and this write already has
 * its turn.
 * @param where the row, by its id
 */
export const behindLock =
  <User extends BaseUser>(
    { id }: FindOptionsWhere<User>,
    preconditions: readonly Precondition[],
    write: Write<User>,
  ): Write<User> =>
  async (users, those) => {
    const { manager } = users;
    const source = manager.dataSource;
    const asksOtherTables = preconditions.some(({ sql }) => sql !== undefined);
    const asksElsewhere = preconditions.some(({ elsewhere }) => elsewhere !== undefined);
    if (isSqlite(source) || (!asksOtherTables && !asksElsewhere)) {
      await requireElsewhere(preconditions);
      return write(users, those);
    }
    if (!asksElsewhere && !isPostgres(source)) {
      if (await decidesByDefault(source)) return write(users, those);
      return decidingTransaction(manager, (own) => write(own.getRepository(users.target), those));
    }
    return decidingTransaction(manager, async (transaction) => {
      const own = transaction.getRepository(users.target);
      const row = own.createQueryBuilder('user').select('user.id').where({ id });
      await row.setLock('pessimistic_write').getMany();
      await requireElsewhere(preconditions);
      return write(own, those);
    });
  };
