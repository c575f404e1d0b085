import { Injectable } from '@nestjs/common';
import type { DeepPartial, EntityManager, FindOptionsWhere } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { faultOf } from '../common/database-error.js';
import { isSqlite } from '../common/dialect.js';
import { requireScalar } from '../common/scalar-columns.js';
import { UsersError } from '../common/users-error.js';
import { type Along, together, writeDatabase } from '../common/write-database.js';
import { requireCriteria } from './criteria.js';
import { unlessLastSuperuser } from './last-superuser.js';
import type { BaseUser, UserId } from './user.entity.js';
import { UsersFinder } from './users.finder.js';

/** A unique column of the user's table has the value already. Which one, the database doesn't say reliably. */
export class UserNotUniqueError extends UsersError {
  constructor(cause: unknown) {
    super('USER_FIELD_TAKEN', { cause });
  }
}

/** How an update goes: one that takes a superuser away has a transaction of its own. */
export type UserUpdate = { raiseTokenVersion?: boolean } & (
  | { takesSuperuser?: UserId | undefined; along?: undefined }
  | { takesSuperuser?: undefined; along?: Along | undefined }
);

/** As {@link Along}, for the user who was just inserted. */
export type AlongNewUser = (manager: EntityManager, id: UserId) => Promise<unknown>;

/** Every query on users. Values are written by INSERT and by conditional UPDATE, never by `save()`. */
@Injectable()
export class UsersRepository<User extends BaseUser = BaseUser> extends UsersFinder<User> {
  /**
   * The new row as the database has it, its own defaults included; without the hash.
   * @param along what is inserted together with the user, or not at all
   * @throws {UserNotUniqueError}
   */
  async insert(values: Partial<BaseUser> & { email: string }, along?: AlongNewUser): Promise<User> {
    const { email } = values;
    const entity = this.repository.create(this.writable(values) as DeepPartial<User>);
    const insert = async (manager: EntityManager) => {
      const query = manager.createQueryBuilder().insert().into(this.repository.target).updateEntity(false);
      await query.values(entity as QueryDeepPartialEntity<User>).execute();
      return { affected: 1 };
    };
    const withId =
      along && (async (manager: EntityManager) => along(manager, await this.idOf(email, manager)));
    await this.write(() => together(this.repository.manager, insert, withId));
    // By its address, which is unique: how an id comes back from an INSERT differs on every database.
    const inserted = await this.findByEmail(email);
    if (!inserted) throw new Error('The new user was changed before it could be read back.');
    return inserted;
  }

  /**
   * One conditional UPDATE.
   * @param along what changes together with the row, or not at all; the row stays locked meanwhile
   * @returns whether a row met the condition
   * @throws {UserNotUniqueError}
   */
  async update(
    where: FindOptionsWhere<User>,
    values: Partial<BaseUser>,
    { raiseTokenVersion = false, takesSuperuser, along }: UserUpdate = {},
  ): Promise<boolean> {
    requireCriteria(where);
    const set: Record<string, unknown> = this.writable(values);
    if (raiseTokenVersion) set['tokenVersion'] = () => `${this.column('tokenVersion')} + 1`;
    if (Object.keys(set).length === 0) return true;
    const change = set as QueryDeepPartialEntity<User>;
    if (takesSuperuser !== undefined) {
      return this.write(() =>
        unlessLastSuperuser(this.repository, takesSuperuser, (users, only) =>
          users.update({ ...where, ...only }, change),
        ),
      );
    }
    const update = (manager: EntityManager) => manager.update(this.repository.target, where, change);
    const { affected } = await this.write(() => together(this.repository.manager, update, along));
    return affected === 1;
  }

  /**
   * Keeps a row as it is while something changes that depends on it.
   * @returns whether a row met the condition
   */
  async lock(where: FindOptionsWhere<User>, along: Along): Promise<boolean> {
    requireCriteria(where);
    const { manager, target } = this.repository;
    const lock = async (own: EntityManager) => {
      const select = own.createQueryBuilder(target, 'user').select('user.id').where(where);
      // SQLite has one writer, and writes take turns.
      if (!isSqlite(own.dataSource)) select.setLock('pessimistic_write');
      return { affected: (await select.getMany()).length };
    };
    const { affected } = await this.write(() => together(manager, lock, along));
    return affected === 1;
  }

  /** Ends every token of the user. */
  async raiseTokenVersion(id: UserId): Promise<void> {
    await this.update({ id } as FindOptionsWhere<User>, {}, { raiseTokenVersion: true });
  }

  /** As {@link raiseTokenVersion}, within the transaction of `manager`. */
  async raiseTokenVersionAlong(manager: EntityManager, id: UserId): Promise<void> {
    const raise = { tokenVersion: () => `${this.column('tokenVersion')} + 1` };
    const where = { id } as FindOptionsWhere<User>;
    await manager.update(this.repository.target, where, raise);
  }

  /**
   * @returns whether there was such a user
   * @throws {LastSuperuserError}
   */
  async delete({ id, isSuperuser, isActive }: User): Promise<boolean> {
    if (isSuperuser && isActive) {
      return this.write(() =>
        unlessLastSuperuser(this.repository, id, (users, where) => users.delete(where)),
      );
    }
    const { affected } = await this.write(() => this.repository.delete({ id } as FindOptionsWhere<User>));
    return affected === 1;
  }

  /** As {@link findPasswordHash}, within the transaction of `manager`. */
  async passwordHashOf(id: UserId, manager: EntityManager): Promise<string | null | undefined> {
    const select = { id: true, passwordHash: true } as never;
    const where = { id } as FindOptionsWhere<User>;
    const question = { select, where, loadEagerRelations: false };
    return (await manager.findOne(this.repository.target, question))?.passwordHash;
  }

  private async idOf(email: string, manager: EntityManager): Promise<UserId> {
    const where = { email } as FindOptionsWhere<User>;
    const question = { select: { id: true } as never, where, loadEagerRelations: false };
    const { id } = await manager.findOneOrFail(this.repository.target, question);
    return id;
  }

  private column(property: string): string {
    const { databaseName } = this.repository.metadata.findColumnWithPropertyName(property) as ColumnMetadata;
    return this.repository.manager.dataSource.driver.escape(databaseName);
  }

  /** Columns only: relations and unknown names are left out, whatever a body or a hook brought along. */
  private writable(values: Partial<BaseUser>): Partial<BaseUser> {
    const columns = this.repository.metadata.columns.filter(
      ({ isPrimary, relationMetadata, propertyName }) =>
        !isPrimary && relationMetadata?.propertyName !== propertyName,
    );
    const given = values as Record<string, unknown>;
    const written = columns.filter(({ propertyName }) => given[propertyName] !== undefined);
    for (const column of written) requireScalar(column, given[column.propertyName]);
    return Object.fromEntries(written.map(({ propertyName }) => [propertyName, given[propertyName]]));
  }

  private async write<T>(statement: () => Promise<T>): Promise<T> {
    try {
      const { dataSource } = this.repository.manager;
      return await writeDatabase(dataSource, statement, this.settings.databaseTimeoutSeconds);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'unique') throw new UserNotUniqueError(error);
      if (fault === 'reference') throw new UsersError('USER_IN_USE', { cause: error });
      throw error;
    }
  }
}
