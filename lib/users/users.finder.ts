import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, FindOptionsWhere, Repository } from 'typeorm';
import { storedValue } from '../database/column-values.js';
import { columnOf, isTakenByDeleted } from '../database/entity-metadata.js';
import { idsOf, parseId } from '../database/entity-id.js';
import { Database } from '../database/database.js';
import { hasExactly, requireCriteria } from './criteria.js';
import { type Identifier, type Identifiers, IDENTIFIERS } from './identifiers.js';
import type { LoadOptions } from './load-options.js';
import { readCursor, writeCursor } from './pages/page-cursor.js';
import { ROLE_FILTER, type RoleFilter } from './pages/page.js';
import { selectUsers } from './pages/select-users.js';
import { cappedLimit, type UsersPageQuery, type UsersQuery } from './pages/users-query.js';
import { type UserQuestion, UserSelects } from './user-selects.js';
import { BadCursorError } from './users.errors.js';
import { type BaseUser, type UserId, USER_ENTITY_REPOSITORY } from './user.entity.js';

interface Listings<User extends BaseUser> {
  users: Repository<User>;
  selects: UserSelects<User>;
}

/** Whether to include softly deleted users, which are otherwise never found. */
export interface DeletedOption {
  /** Also finds a user whose `@DeleteDateColumn()` is set. Default false. */
  withDeleted?: boolean;
}

/**
 * The queries that find users. Softly deleted users are left out unless a method says otherwise. {@link
 * UsersRepository} adds the queries that write.
 */
@Injectable()
export abstract class UsersFinder<User extends BaseUser = BaseUser> {
  @Inject(USER_ENTITY_REPOSITORY)
  protected readonly repository!: Repository<User>;

  @Inject(Database)
  protected readonly database!: Database;

  @Inject(IDENTIFIERS)
  protected readonly settings!: Identifiers;

  @Inject(ROLE_FILTER)
  private readonly addRole!: RoleFilter;

  private ownSelects: UserSelects<User> | undefined;
  private ownListings: Listings<User> | undefined;

  /** `undefined` also for a malformed id. */
  async findById(
    id: unknown,
    load?: LoadOptions<User>,
    { withDeleted = false }: DeletedOption = {},
  ): Promise<User | undefined> {
    const value = this.parseId(id);
    if (value === undefined) return undefined;
    if (!withDeleted) return this.first('by id', whereId, { value }, load);
    return this.ask(() => this.selects.firstOfAll('by id', whereId, { value }, load));
  }

  /** Parses an id from a path, a token or a body; `undefined` for a malformed id. */
  parseId(id: unknown): UserId | undefined {
    return parseId(id, this.idColumn);
  }

  /** Describes in words the ids that users can have. */
  get ids(): string {
    return `${this.repository.metadata.name} are ${idsOf(this.idColumn)}`;
  }

  findByIdentifier({ property, value }: Identifier): Promise<User | undefined> {
    return this.findExactly(property, value);
  }

  /** The user who already has one of these identifiers or this address. All of them must be normalized. */
  async findKnown(fields: object): Promise<User | undefined> {
    for (const property of new Set([...this.settings.identifiers, 'email'])) {
      const value = (fields as Record<string, unknown>)[property];
      const user = typeof value === 'string' ? await this.findByIdentifier({ property, value }) : undefined;
      if (user) return user;
    }
    return undefined;
  }

  /** The user with the password hash, which no other query selects. */
  findForAuthentication({ property, value }: Identifier): Promise<User | undefined> {
    return this.findExactly(property, value, 'with the hash');
  }

  /** @param email normalized */
  findByEmail(email: string): Promise<User | undefined> {
    return this.findExactly('email', email);
  }

  /**
   * The user who already has a value of a unique column, compared as the database compares. This may be a
   * softly deleted user, unless the column's index leaves those out.
   */
  findHolder(property: string, value: string): Promise<User | undefined> {
    const ask: UserQuestion<User> = (select) => select.where(`user.${property} = :value`);
    if (!isTakenByDeleted(this.repository.metadata, property))
      return this.first(`${property} held`, ask, { value }, 'none');
    return this.ask(() => this.selects.firstOfAll(`${property} held`, ask, { value }, 'none'));
  }

  /** Whether a user from {@link findHolder} or {@link findById} is softly deleted. */
  isDeleted(user: User): boolean {
    return (this.repository.metadata.deleteDateColumn?.getEntityValue(user) ?? null) !== null;
  }

  /** The password hash of a user who is already loaded. */
  async findPasswordHash(value: UserId): Promise<string | null | undefined> {
    const ask: UserQuestion<User> = (select) => whereId(select.addSelect('user.passwordHash'));
    const user = await this.first('hash by id', ask, { value }, 'none');
    return user?.passwordHash;
  }

  /** As {@link findPasswordHash}, within the transaction of `manager`. */
  async passwordHashOf(id: UserId, manager: EntityManager): Promise<string | null | undefined> {
    const select = { id: true, passwordHash: true } as never;
    const where = { id } as FindOptionsWhere<User>;
    const question = { select, where, loadEagerRelations: false };
    return (await manager.findOne(this.repository.target, question))?.passwordHash;
  }

  /**
   * The user that a custom question finds, in one statement whose SQL is built once. A strategy uses it to find
   * its token and the token's user together.
   * @param name the name of the question; the same name must always mean the same SQL
   * @param ask adds joins and conditions to a SELECT of `user`
   * @param values values of the `:names` in them
   * @param load relations to load beside the eager ones; `'none'` loads neither
   */
  first(
    name: string,
    ask: UserQuestion<User>,
    values: Readonly<Record<string, unknown>>,
    load?: LoadOptions<User> | 'none',
  ): Promise<User | undefined> {
    return this.ask(() => this.selects.first(name, ask, values, load));
  }

  /** @throws {TypeError} for criteria that would match any user */
  async findOne(
    where: FindOptionsWhere<User>,
    load: LoadOptions<User> = {},
    { withDeleted = false }: DeletedOption = {},
  ): Promise<User | undefined> {
    requireCriteria(where);
    // `find`, because `findOne` with a joined relation runs two statements.
    if (!withDeleted) {
      const found = await this.ask(() => this.repository.find({ where, ...load }));
      return found.find((user) => hasExactly(user, where));
    }
    const bare = { where, withDeleted, loadEagerRelations: false };
    const found = await this.ask(() => this.repository.find(bare));
    const user = found.find((each) => hasExactly(each, where));
    return user && this.findById(user.id, load, { withDeleted });
  }

  async findAndCount(
    { limit, offset = 0, ...filter }: UsersQuery,
    load?: LoadOptions<User>,
  ): Promise<[User[], number]> {
    const { users, selects } = this.listings;
    const select = await this.ask(() => selectUsers(users, filter, this.listed, { isCounted: true }));
    const found = await this.ask(() => select.take(cappedLimit(limit)).skip(offset).getManyAndCount());
    if (load) await this.ask(() => selects.loadRelations(found[0], load));
    return found;
  }

  /** @throws {BadCursorError} */
  async findPage(
    { limit, cursor, ...filter }: UsersPageQuery,
    load?: LoadOptions<User>,
  ): Promise<{ items: User[]; next: string | null }> {
    const last = cursor === undefined ? undefined : readCursor(cursor, filter.sort, this.idColumn);
    if (cursor !== undefined && last === undefined) throw new BadCursorError();
    const { users, selects } = this.listings;
    const select = await this.ask(() => selectUsers(users, filter, this.listed, { after: last }));

    // One extra row shows whether there is a next page.
    const found = await this.ask(() => select.take(cappedLimit(limit) + 1).getMany());
    if (found.length === 0 && last !== undefined && !(await this.findById(last))) throw new BadCursorError();
    const items = found.slice(0, cappedLimit(limit));
    const end = found.length > items.length ? items.at(-1) : undefined;
    if (load) await this.ask(() => selects.loadRelations(items, load));
    return { items, next: end ? writeCursor(filter.sort, end.id) : null };
  }

  /** Loads the relations, also the eager ones, of users who are already loaded. Does nothing without `load`. */
  async loadRelations(users: User[], load?: LoadOptions<User>): Promise<void> {
    if (load) await this.ask(() => this.selects.loadRelations(users, load));
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return this.database.ask(statement);
  }

  private get selects(): UserSelects<User> {
    return (this.ownSelects ??= new UserSelects(this.repository));
  }

  /** The repository for lists. A list only shows users and decides nothing, so a replica may answer. */
  private get listings(): Listings<User> {
    if (this.ownListings) return this.ownListings;
    const users = this.database.listings<User>(this.repository.target);
    return (this.ownListings = { users, selects: new UserSelects(users) });
  }

  private get listed() {
    return { identifiers: this.settings, addRole: this.addRole };
  }

  private get idColumn() {
    return this.repository.metadata.primaryColumns[0];
  }

  private async findExactly(
    property: string,
    value: string,
    hash?: 'with the hash',
  ): Promise<User | undefined> {
    const ask: UserQuestion<User> = (select) => {
      if (hash) select.addSelect('user.passwordHash');
      select.where(`user.${property} = :value`);
    };
    const stored = storedValue(columnOf(this.repository.metadata, property), value);
    const user = await this.first(`${property} ${hash}`, ask, { value: stored }, 'none');
    // MariaDB's collation finds a@b.c also for á@b.c and for a value with a trailing blank.
    return user && (user as Record<string, unknown>)[property] === value ? user : undefined;
  }
}

const whereId = <User extends BaseUser>(select: Parameters<UserQuestion<User>>[0]) =>
  select.where('user.id = :value');
