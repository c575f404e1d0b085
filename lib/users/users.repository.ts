import { Injectable } from '@nestjs/common';
import type { DeepPartial, EntityManager, FindOptionsWhere } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { DatabaseError } from '../database/database-error.js';
import { isSqlite } from '../database/dialect.js';
import { columnOf } from '../database/entity-metadata.js';
import { propertyOfKey } from '../database/unique-key.js';
import { writtenValues } from '../database/written-values.js';
import { andThen } from '../common/late-write.js';
import { type InTransaction, runInTransaction } from '../database/in-transaction.js';
import { requireCriteria } from './criteria.js';
import { type DeletionMark, deletionMarkOf, requireMark } from './deletion-mark.js';
import { asNormalized } from './identifier.subscriber.js';
import { unlessLastSuperuser, type Write } from './last-superuser.js';
import { type Precondition, requireAll, whereAllHold } from './precondition.js';
import { behindLock, deleting, updating, type UserUpdate } from './row-writes.js';
import type { BaseUser, UserId } from './user.entity.js';
import { LastSuperuserError, UserNotUniqueError, UserInUseError } from './users.errors.js';
import { UsersFinder } from './users.finder.js';

/** As {@link InTransaction}, with the id of the user who was just inserted. */
export type InTransactionOfNewUser = (manager: EntityManager, id: UserId) => Promise<unknown>;

/** Every query on users. It writes with INSERT and conditional UPDATE, never with `save()`. */
@Injectable()
export class UsersRepository<User extends BaseUser = BaseUser> extends UsersFinder<User> {
  private ownMark: { mark: DeletionMark<User> | undefined } | undefined;

  /**
   * Inserts a user and returns the row as the database stores it, with its defaults and without the hash.
   * @param values with an `id` only if the calling code sets one; a body must never set it
   * @param inTransaction statements that run in the same transaction as the INSERT
   * @param preconditions conditions that must still hold then
   * @throws {UserNotUniqueError}; the refusal of a precondition
   */
  async insert(
    values: Partial<BaseUser> & { email: string },
    inTransaction?: InTransactionOfNewUser,
    preconditions: readonly Precondition[] = [],
  ): Promise<User> {
    const { email, id } = values;
    const row = { ...this.writable(values), ...(id !== undefined && { id }) };
    const entity = asNormalized(this.repository.create(row as DeepPartial<User>));
    const insert = async (manager: EntityManager) => {
      const { target, metadata } = this.repository;
      // On PostgreSQL, TypeORM leaves out an auto-increment id unless the columns are named.
      const named = id === undefined ? undefined : metadata.columns.filter(({ isInsert }) => isInsert);
      const columns = named?.map(({ propertyPath }) => propertyPath);
      const query = manager.createQueryBuilder().insert().into(target, columns).updateEntity(false);
      await query.values(entity as QueryDeepPartialEntity<User>).execute();
      return { affected: 1 };
    };
    const withIt = async (manager: EntityManager) => {
      await this.requireAll({}, preconditions, manager);
      if (inTransaction) await inTransaction(manager, await this.idOf(email, manager));
    };
    const more = inTransaction || preconditions.length > 0 ? withIt : undefined;
    const written = this.write(() => runInTransaction(this.repository.manager, insert, more));
    return andThen(written, async () => {
      // By the address, which is unique. An INSERT returns its id in a different way on every database.
      const inserted = await this.findByEmail(email);
      if (inserted) return inserted;
      throw new Error('The new user was changed before it could be read back.');
    });
  }

  /**
   * One conditional UPDATE. It never changes a softly deleted user.
   * @returns whether a row met the condition
   * @throws {UserNotUniqueError}, {LastSuperuserError}; the refusal of a precondition
   */
  async update(
    where: FindOptionsWhere<User>,
    values: Partial<BaseUser>,
    { raiseTokenVersion = false, preconditions = [], inTransaction }: UserUpdate = {},
  ): Promise<boolean> {
    requireCriteria(where);
    const set: Record<string, unknown> = this.writable(values);
    if (raiseTokenVersion) Object.assign(set, this.nextTokenVersion);
    if (Object.keys(set).length === 0) {
      await this.requireAll(where, preconditions);
      return true;
    }
    const living = { ...where, ...this.mark?.isUnset };
    const change = asNormalized(set) as QueryDeepPartialEntity<User>;
    const update = behindLock(where, preconditions, updating(change, inTransaction));
    const mayTakeSuperuser = values.isSuperuser === false || values.isActive === false;
    const isChanged = mayTakeSuperuser
      ? this.unlessLast(living, preconditions, update)
      : this.isAffected(() => update(this.repository, whereAllHold(living, preconditions)));
    return this.orRefusal(isChanged, where, preconditions);
  }

  /**
   * Locks a row while something changes that depends on it.
   * @returns whether a row met the condition
   * @throws the refusal of a precondition
   */
  async lock(
    where: FindOptionsWhere<User>,
    inTransaction: InTransaction,
    preconditions: readonly Precondition[] = [],
  ): Promise<boolean> {
    requireCriteria(where);
    const { manager, target } = this.repository;
    const lock = async (own: EntityManager) => {
      const select = own.createQueryBuilder(target, 'user').select('user.id');
      select.where(where);
      // SQLite has one writer, and writes are queued.
      if (!isSqlite(own.dataSource)) select.setLock('pessimistic_write');
      return { affected: (await select.getMany()).length };
    };
    const behind: InTransaction = async (own) => {
      await this.requireAll(where, preconditions, own);
      await inTransaction(own);
    };
    const isLocked = this.isAffected(() => runInTransaction(manager, lock, behind));
    return this.orRefusal(isLocked, where, preconditions);
  }

  /**
   * Checks all preconditions, in order. It finds which one failed, so that the answer can name it. With
   * `manager`, it checks them in that transaction, for a write that has no user's row yet.
   * @param where the row, by its id; without it, no condition on the row is checked
   * @throws the refusal of the first precondition that does not hold
   */
  async requireAll(
    where: FindOptionsWhere<User>,
    preconditions: readonly Precondition[],
    manager: EntityManager = this.repository.manager,
  ): Promise<void> {
    await requireAll(manager, this.repository.target, where, preconditions);
  }

  /**
   * Invalidates every token of the user.
   * @returns whether the user exists
   * @throws the refusal of a precondition
   */
  raiseTokenVersion(id: UserId, preconditions: readonly Precondition[] = []): Promise<boolean> {
    return this.update({ id } as FindOptionsWhere<User>, {}, { raiseTokenVersion: true, preconditions });
  }

  /** As {@link raiseTokenVersion}, within the transaction of `manager`. */
  async raiseTokenVersionInTransaction(manager: EntityManager, id: UserId): Promise<void> {
    const where = { id } as FindOptionsWhere<User>;
    await manager.update(this.repository.target, where, this.nextTokenVersion);
  }

  /**
   * Deletes the row. If the entity has a `@DeleteDateColumn()`, it sets that column instead and invalidates
   * every token.
   * @param inTransaction statements that run together with a soft deletion; a real deletion removes dependent
   * rows by cascade
   * @returns whether the user existed
   * @throws {LastSuperuserError}; the refusal of a precondition
   */
  async delete(
    id: UserId,
    preconditions: readonly Precondition[] = [],
    inTransaction?: InTransaction,
  ): Promise<boolean> {
    const { mark } = this;
    const where = { id, ...mark?.isUnset } as FindOptionsWhere<User>;
    const remove: Write<User> = mark
      ? updating({ ...mark.set(), ...this.nextTokenVersion }, inTransaction)
      : deleting();
    const isDeleted = this.unlessLast(where, preconditions, behindLock(where, preconditions, remove));
    return this.orRefusal(isDeleted, where, preconditions);
  }

  /**
   * Undoes a soft deletion. Sessions and tokens that ended with the deletion stay ended.
   * @param inTransaction statements that run in the same transaction
   * @returns whether the user was softly deleted
   * @throws {UserNotUniqueError} if another user has taken a unique value; {TypeError} if the entity has no
   * soft deletion
   */
  async restore(id: UserId, inTransaction?: InTransaction): Promise<boolean> {
    const mark = requireMark(this.mark, this.repository.metadata);
    const where = { id, ...mark.isSet } as FindOptionsWhere<User>;
    const restore: Write<User> = updating({ ...mark.unset(), ...this.nextTokenVersion }, inTransaction);
    return this.isAffected(() => restore(this.repository, where));
  }

  /** If no row met the condition, throws the refusal of the precondition that failed. */
  private orRefusal(
    isDone: Promise<boolean>,
    where: FindOptionsWhere<User>,
    preconditions: readonly Precondition[],
  ): Promise<boolean> {
    return andThen(isDone, async (done) => {
      if (!done) await this.requireAll(where, preconditions);
      return done;
    });
  }

  private isAffected(write: () => Promise<{ affected?: number | null }>): Promise<boolean> {
    return andThen(this.write(write), isOne);
  }

  private async unlessLast(
    where: FindOptionsWhere<User>,
    preconditions: readonly Precondition[],
    write: Write<User>,
  ): Promise<boolean> {
    try {
      return await this.write(() => unlessLastSuperuser(this.repository, where, preconditions, write));
    } catch (error) {
      // A failed precondition, such as a missing right, comes before the refusal for the last superuser.
      if (error instanceof LastSuperuserError) await this.requireAll(where, preconditions);
      throw error;
    }
  }

  private async idOf(email: string, manager: EntityManager): Promise<UserId> {
    const where = { email } as FindOptionsWhere<User>;
    const question = { select: { id: true } as never, where, loadEagerRelations: false };
    const { id } = await manager.findOneOrFail(this.repository.target, question);
    return id;
  }

  private get mark(): DeletionMark<User> | undefined {
    return (this.ownMark ??= { mark: deletionMarkOf<User>(this.repository.metadata) }).mark;
  }

  private get nextTokenVersion() {
    const { metadata, manager } = this.repository;
    const { databaseName } = columnOf(metadata, 'tokenVersion') as ColumnMetadata;
    const column = manager.dataSource.driver.escape(databaseName);
    return { tokenVersion: () => `${column} + 1` } as QueryDeepPartialEntity<User>;
  }

  private writable(values: Partial<BaseUser>): Record<string, unknown> {
    return writtenValues(this.repository.metadata, values);
  }

  private async write<T>(statement: () => Promise<T>): Promise<T> {
    try {
      return await this.database.write(statement);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (error.key) throw new UserNotUniqueError(error, propertyOfKey(error.key, this.repository.metadata));
      if (error.fault === 'reference') throw new UserInUseError(error);
      throw error;
    }
  }
}

const isOne = ({ affected }: { affected?: number | null | undefined }): boolean => affected === 1;
