import {
  FindOptionsUtils,
  In,
  type FindOptionsWhere,
  type Repository,
  type SelectQueryBuilder,
} from 'typeorm';
import { CompiledSelect } from './compiled-select.js';
import { hasRelations, joinRelations, type LoadOptions } from './load-options.js';
import type { BaseUser } from './user.entity.js';

/** Adds joins and conditions to a SELECT of `user`. */
export type UserQuestion<User extends BaseUser> = (select: SelectQueryBuilder<User>) => unknown;

type Compiled<User extends BaseUser> = CompiledSelect<User, string>;

/** SELECTs of one user. Each is built once for a question and the relations to load. */
export class UserSelects<User extends BaseUser> {
  private readonly plain = new Map<string, Compiled<User>>();
  private readonly withRelations = new WeakMap<object, Map<string, Compiled<User>>>();

  constructor(private readonly users: Repository<User>) {}

  /**
   * @param name the name of the question; the same name must always mean the same SQL
   * @param values the values of the question's `:names`
   * @param load relations to load beside the eager ones. Pass an object that lives long, because the SQL is
   * built once for each object. `'none'` leaves out the eager relations too.
   */
  async first(
    name: string,
    ask: UserQuestion<User>,
    values: Readonly<Record<string, unknown>>,
    load?: LoadOptions<User> | 'none',
  ): Promise<User | undefined> {
    if (load === 'none') return this.compiled(`${name}, alone`, ask, values, 'none').first(values);
    const joined = hasRelations(load) && this.joins(load) ? load : undefined;
    const user = await this.compiled(name, ask, values, joined).first(values);
    if (user && hasRelations(load) && !joined) await this.loadRelations([user], load);
    return user;
  }

  /**
   * As {@link first}, but also finds softly deleted users. Their relations load as usual: a softly deleted role
   * is left out.
   */
  async firstOfAll(
    name: string,
    ask: UserQuestion<User>,
    values: Readonly<Record<string, unknown>>,
    load?: LoadOptions<User> | 'none',
  ): Promise<User | undefined> {
    const joined = load === 'none' || hasRelations(load) ? load : undefined;
    return this.compiled(`${name}, deleted or not, ${joined === 'none'}`, ask, values, joined, true).first(
      values,
    );
  }

  /** The number of statements does not depend on the number of users. */
  async loadRelations(users: User[], load: LoadOptions<User>): Promise<void> {
    const hasEager = this.users.metadata.eagerRelations.length > 0;
    if (users.length === 0 || !(hasEager || hasRelations(load))) return;
    const where = { id: In(users.map(({ id }) => id)) } as FindOptionsWhere<User>;
    const loaded = new Map(
      (await this.users.find({ where, ...load })).map((user) => [String(user.id), user]),
    );
    for (const user of users) {
      const from = loaded.get(String(user.id)) as Record<string, unknown> | undefined;
      for (const { propertyName } of this.users.metadata.relations) {
        if (from?.[propertyName] === undefined) continue;
        (user as Record<string, unknown>)[propertyName] = from[propertyName];
      }
    }
  }

  private joins({ relationLoadStrategy }: LoadOptions<User>): boolean {
    const strategy = relationLoadStrategy ?? this.users.manager.dataSource.options.relationLoadStrategy;
    return strategy !== 'query';
  }

  private compiled(
    name: string,
    ask: UserQuestion<User>,
    values: object,
    load: LoadOptions<User> | 'none' | undefined,
    withDeleted = false,
  ): Compiled<User> {
    const known = typeof load === 'object' ? this.joined(load) : this.plain;
    const compiled = known.get(name) ?? this.compile(ask, Object.keys(values), load, withDeleted);
    known.set(name, compiled);
    return compiled;
  }

  private joined(load: LoadOptions<User>): Map<string, Compiled<User>> {
    const known = this.withRelations.get(load) ?? new Map<string, Compiled<User>>();
    this.withRelations.set(load, known);
    return known;
  }

  private compile(
    ask: UserQuestion<User>,
    values: string[],
    load: LoadOptions<User> | 'none' | undefined,
    withDeleted: boolean,
  ): Compiled<User> {
    const { metadata } = this.users;
    const select = this.users.createQueryBuilder('user');
    ask(select);
    if (load !== 'none') {
      joinRelations(select, 'user', metadata, load?.relations);
      FindOptionsUtils.joinEagerRelations(select, 'user', metadata);
    }
    const { deleteDateColumn } = metadata;
    if (withDeleted && deleteDateColumn) {
      select.withDeleted().addSelect(`user.${deleteDateColumn.propertyPath}`);
    }
    return new CompiledSelect(select, values);
  }
}
