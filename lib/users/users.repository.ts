import { Inject, Injectable } from '@nestjs/common';
import type { DeepPartial, FindOptionsRelations, FindOptionsWhere, Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { databaseFault, translateDatabaseError } from '../common/database-error.js';
import { UsersError } from '../common/users-error.js';
import { CompiledSelect } from './compiled-select.js';
import { requireCriteria } from './criteria.js';
import { unlessLastSuperuser } from './last-superuser.js';
import {
  filterUsers,
  readCursor,
  startAfter,
  type UsersPageQuery,
  type UsersQuery,
  writeCursor,
} from './user-page.js';
import { BadCursorError } from './users.errors.js';
import type { BaseUser, UserId } from './user.entity.js';
import { parseUserId } from './user-id.js';
import { USER_ENTITY_REPOSITORY, USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** Relations to load together with a user. */
export interface LoadOptions<User> {
  relations?: FindOptionsRelations<User>;
  /** One statement with joins, or a statement a relation. Default: the data source's own, which is `join`. */
  relationLoadStrategy?: 'join' | 'query';
}

/** A unique column of the user's table has the value already. Which one, the database doesn't say reliably. */
export class UserNotUniqueError extends UsersError {
  constructor(cause: unknown) {
    super('USER_FIELD_TAKEN', { cause });
  }
}

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 100;
const capped = (limit = DEFAULT_LIMIT): number => Math.min(limit, HIGHEST_LIMIT);

/** Every query on users. Values are written by INSERT and by conditional UPDATE, never by `save()`. */
@Injectable()
export class UsersRepository<User extends BaseUser = BaseUser> {
  @Inject(USER_ENTITY_REPOSITORY)
  protected readonly repository!: Repository<User>;

  @Inject(USERS_SETTINGS)
  protected readonly settings!: UsersSettings;

  private readonly compiled = new Map<string, CompiledSelect<User>>();

  /** A malformed id is nobody's. */
  async findById(id: unknown, load?: LoadOptions<User>): Promise<User | undefined> {
    const key = parseUserId(id, this.idColumn);
    if (key === undefined) return undefined;
    if (load?.relations) return this.findOne({ id: key } as FindOptionsWhere<User>, load);
    return this.run(() => this.select('id').first(key));
  }

  /** @param identifier normalised */
  findByIdentifier(identifier: string): Promise<User | undefined> {
    return this.findExactly(this.settings.identifier, identifier, false);
  }

  /** With the password's hash, which no other query selects. @param identifier normalised */
  findForAuthentication(identifier: string): Promise<User | undefined> {
    return this.findExactly(this.settings.identifier, identifier, true);
  }

  /** @param email normalised */
  findByEmail(email: string): Promise<User | undefined> {
    return this.findExactly('email', email, false);
  }

  /** The hash of a user who is loaded already. */
  async findPasswordHash(id: UserId): Promise<string | null | undefined> {
    const user = await this.run(() => this.select('id', true).first(id));
    return user?.passwordHash;
  }

  /** @throws {TypeError} for criteria that would match the first user, whoever that is */
  async findOne(where: FindOptionsWhere<User>, load: LoadOptions<User> = {}): Promise<User | undefined> {
    requireCriteria(where);
    // `find`, because `findOne` with a joined relation runs two statements.
    const [user] = await this.run(() => this.repository.find({ where, ...load }));
    return user;
  }

  async findAndCount({ limit, offset = 0, ...filter }: UsersQuery): Promise<[User[], number]> {
    const select = filterUsers(this.repository, filter, this.settings);
    return this.run(() => select.take(capped(limit)).skip(offset).getManyAndCount());
  }

  /** @throws {BadCursorError} */
  async findPage({
    limit,
    cursor,
    ...filter
  }: UsersPageQuery): Promise<{ items: User[]; next: string | null }> {
    const select = filterUsers(this.repository, filter, this.settings);
    const last = cursor === undefined ? undefined : readCursor(cursor, filter.sort, this.idColumn);
    if (cursor !== undefined && last === undefined) throw new BadCursorError();
    if (last !== undefined) startAfter(select, this.repository, filter, last);

    // One more than asked for tells whether there is a next page.
    const found = await this.run(() => select.take(capped(limit) + 1).getMany());
    if (found.length === 0 && last !== undefined && !(await this.findById(last))) throw new BadCursorError();
    const items = found.slice(0, capped(limit));
    const end = found.length > items.length ? items.at(-1) : undefined;
    return { items, next: end ? writeCursor(filter.sort, end.id) : null };
  }

  /**
   * The new row as the database has it, its own defaults included; without the hash.
   * @throws {UserNotUniqueError}
   */
  async insert(values: Partial<BaseUser> & { email: string }): Promise<User> {
    const entity = this.repository.create(this.writable(values) as DeepPartial<User>);
    const insert = this.repository.createQueryBuilder().insert().updateEntity(false);
    await this.write(() => insert.values(entity as QueryDeepPartialEntity<User>).execute());
    // By its address, which is unique: how an id comes back from an INSERT differs on every database.
    const inserted = await this.findByEmail(values.email);
    if (!inserted) throw new Error('The new user was changed before it could be read back.');
    return inserted;
  }

  /**
   * One conditional UPDATE.
   * @returns whether a row met the condition
   * @throws {UserNotUniqueError}
   */
  async update(
    where: FindOptionsWhere<User>,
    values: Partial<BaseUser>,
    {
      raiseTokenVersion = false,
      takesSuperuser,
    }: { raiseTokenVersion?: boolean; takesSuperuser?: UserId } = {},
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
    const { affected } = await this.write(() => this.repository.update(where, change));
    return affected === 1;
  }

  /** Ends every token of the user. */
  async raiseTokenVersion(id: UserId): Promise<void> {
    await this.update({ id } as FindOptionsWhere<User>, {}, { raiseTokenVersion: true });
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

  private column(property: string): string {
    const { databaseName } = this.repository.metadata.findColumnWithPropertyName(property) as ColumnMetadata;
    return this.repository.manager.dataSource.driver.escape(databaseName);
  }

  private get idColumn() {
    return this.repository.metadata.primaryColumns[0];
  }

  private async findExactly(property: string, value: string, withHash: boolean): Promise<User | undefined> {
    const user = await this.run(() => this.select(property, withHash).first(value));
    // MariaDB finds a@b.c for á@b.c, and for a trailing blank.
    return user && (user as Record<string, unknown>)[property] === value ? user : undefined;
  }

  private select(property: string, withHash = false): CompiledSelect<User> {
    const name = `${property}:${withHash}`;
    let select = this.compiled.get(name);
    if (!select) {
      const builder = this.repository.createQueryBuilder('user');
      if (withHash) builder.addSelect('user.passwordHash');
      select = new CompiledSelect(builder, (parameter) => `user.${property} = ${parameter}`);
      this.compiled.set(name, select);
    }
    return select;
  }

  /** Columns only: relations and unknown names are left out, whatever a body or a hook brought along. */
  private writable(values: Partial<BaseUser>): Partial<BaseUser> {
    const columns = this.repository.metadata.columns.filter(
      ({ isPrimary, relationMetadata, propertyName }) =>
        !isPrimary && relationMetadata?.propertyName !== propertyName,
    );
    const given = values as Record<string, unknown>;
    const names = columns.map(({ propertyName }) => propertyName);
    return Object.fromEntries(
      names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
    );
  }

  private async run<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  private async write<T>(statement: () => Promise<T>): Promise<T> {
    try {
      return await statement();
    } catch (error) {
      const fault = databaseFault(error);
      const translated = translateDatabaseError(error);
      if (fault === 'unique') throw new UserNotUniqueError(translated);
      if (fault === 'reference') throw new UsersError('USER_IN_USE', { cause: translated });
      throw translated;
    }
  }
}
