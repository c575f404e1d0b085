import { Inject, Injectable } from '@nestjs/common';
import type { FindOptionsWhere, Repository } from 'typeorm';
import { askDatabase } from '../common/ask-database.js';
import { parseId } from '../common/entity-id.js';
import { requireCriteria } from './criteria.js';
import type { LoadOptions } from './load-options.js';
import { readCursor, writeCursor } from './pages/page-cursor.js';
import { selectUsers } from './pages/select-users.js';
import { cappedLimit, type UsersPageQuery, type UsersQuery } from './pages/users-query.js';
import { type UserQuestion, UserSelects } from './user-selects.js';
import { BadCursorError } from './users.errors.js';
import type { BaseUser, UserId } from './user.entity.js';
import { USER_ENTITY_REPOSITORY, USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** The queries that find users; {@link UsersRepository} adds those that write. */
@Injectable()
export abstract class UsersFinder<User extends BaseUser = BaseUser> {
  @Inject(USER_ENTITY_REPOSITORY)
  protected readonly repository!: Repository<User>;

  @Inject(USERS_SETTINGS)
  protected readonly settings!: UsersSettings;

  private ownSelects: UserSelects<User> | undefined;

  /** A malformed id is nobody's. */
  async findById(id: unknown, load?: LoadOptions<User>): Promise<User | undefined> {
    const value = this.parseId(id);
    return value === undefined ? undefined : this.first('by id', whereId, { value }, load);
  }

  /** An id as it came from a path, a token or a body; `undefined` if it can be nobody's. */
  parseId(id: unknown): UserId | undefined {
    return parseId(id, this.idColumn);
  }

  /** @param identifier normalised */
  findByIdentifier(identifier: string): Promise<User | undefined> {
    return this.findExactly(this.settings.identifier, identifier);
  }

  /** With the password's hash, which no other query selects. @param identifier normalised */
  findForAuthentication(identifier: string): Promise<User | undefined> {
    return this.findExactly(this.settings.identifier, identifier, 'with the hash');
  }

  /** @param email normalised */
  findByEmail(email: string): Promise<User | undefined> {
    return this.findExactly('email', email);
  }

  /** The hash of a user who is loaded already. */
  async findPasswordHash(value: UserId): Promise<string | null | undefined> {
    const ask: UserQuestion<User> = (select) => whereId(select.addSelect('user.passwordHash'));
    const user = await this.first('hash by id', ask, { value }, 'none');
    return user?.passwordHash;
  }

  /**
   * The user that a question of one's own leads to, in one statement whose text is built once: a strategy finds
   * its token and the token's user together.
   * @param name of the question; the same name is the same text
   * @param ask adds joins and conditions to a SELECT of `user`
   * @param values of the `:names` in them
   * @param load relations to load, beside those that the entity declares eager; `'none'` loads neither
   */
  first(
    name: string,
    ask: UserQuestion<User>,
    values: Readonly<Record<string, unknown>>,
    load?: LoadOptions<User> | 'none',
  ): Promise<User | undefined> {
    return this.ask(() => this.selects.first(name, ask, values, load));
  }

  /** @throws {TypeError} for criteria that would match the first user, whoever that is */
  async findOne(where: FindOptionsWhere<User>, load: LoadOptions<User> = {}): Promise<User | undefined> {
    requireCriteria(where);
    // `find`, because `findOne` with a joined relation runs two statements.
    const [user] = await this.ask(() => this.repository.find({ where, ...load }));
    return user;
  }

  async findAndCount(
    { limit, offset = 0, ...filter }: UsersQuery,
    load?: LoadOptions<User>,
  ): Promise<[User[], number]> {
    const select = await this.ask(() =>
      selectUsers(this.repository, filter, this.settings, { isCounted: true }),
    );
    const found = await this.ask(() => select.take(cappedLimit(limit)).skip(offset).getManyAndCount());
    await this.loadRelations(found[0], load);
    return found;
  }

  /** @throws {BadCursorError} */
  async findPage(
    { limit, cursor, ...filter }: UsersPageQuery,
    load?: LoadOptions<User>,
  ): Promise<{ items: User[]; next: string | null }> {
    const last = cursor === undefined ? undefined : readCursor(cursor, filter.sort, this.idColumn);
    if (cursor !== undefined && last === undefined) throw new BadCursorError();
    const select = await this.ask(() => selectUsers(this.repository, filter, this.settings, { after: last }));

    // One more than asked for tells whether there is a next page.
    const found = await this.ask(() => select.take(cappedLimit(limit) + 1).getMany());
    if (found.length === 0 && last !== undefined && !(await this.findById(last))) throw new BadCursorError();
    const items = found.slice(0, cappedLimit(limit));
    const end = found.length > items.length ? items.at(-1) : undefined;
    await this.loadRelations(items, load);
    return { items, next: end ? writeCursor(filter.sort, end.id) : null };
  }

  /** Fills in relations, and eager ones, of users who are loaded already; nothing without `load`. */
  async loadRelations(users: User[], load?: LoadOptions<User>): Promise<void> {
    if (load) await this.ask(() => this.selects.loadRelations(users, load));
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return askDatabase(statement, this.settings.databaseTimeoutSeconds);
  }

  private get selects(): UserSelects<User> {
    return (this.ownSelects ??= new UserSelects(this.repository));
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
    const user = await this.first(`${property} ${hash}`, ask, { value }, 'none');
    // MariaDB finds a@b.c for á@b.c, and for a trailing blank.
    return user && (user as Record<string, unknown>)[property] === value ? user : undefined;
  }
}

const whereId = <User extends BaseUser>(select: Parameters<UserQuestion<User>>[0]) =>
  select.where('user.id = :value');
