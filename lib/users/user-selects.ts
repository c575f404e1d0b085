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

/** Adds to a SELECT of `user` what it asks for. */
export type UserQuestion<User extends BaseUser> = (select: SelectQueryBuilder<User>) => unknown;

type Compiled<User extends BaseUser> = CompiledSelect<User, string>;

/** SELECTs of one user, each built once for a question and the relations that come along. */
export class UserSelects<User extends BaseUser> {
  private readonly plain = new Map<string, Compiled<User>>();
  private readonly withRelations = new WeakMap<object, Map<string, Compiled<User>>>();

  constructor(private readonly users: Repository<User>) {}

  /**
   * @param name of the question; the same name is the same text
   * @param values that the question's `:names` take
   * @param load relations beside the eager ones: an object that lives as long as what asks, or its text is built
   * for nothing; `'none'` leaves out the eager ones, too
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

  /** As many statements as TypeORM needs, however many users. */
  async loadRelations(users: User[], load: LoadOptions<User>): Promise<void> {
    const hasEager = this.users.metadata.eagerRelations.length > 0;
    if (users.length === 0 || !(hasEager || hasRelations(load))) return;
    const where = { id: In(users.map(({ id }) => id)) } as FindOptionsWhere<User>;
    const loaded = new Map((await this.users.find({ where, ...load })).map((user) => [user.id, user]));
    for (const user of users) {
      const from = loaded.get(user.id) as Record<string, unknown> | undefined;
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
  ): Compiled<User> {
    const known = typeof load === 'object' ? this.joined(load) : this.plain;
    const compiled = known.get(name) ?? this.compile(ask, Object.keys(values), load);
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
    load?: LoadOptions<User> | 'none',
  ): Compiled<User> {
    const { metadata } = this.users;
    const select = this.users.createQueryBuilder('user');
    ask(select);
    if (load !== 'none') {
      joinRelations(select, 'user', metadata, load?.relations);
      FindOptionsUtils.joinEagerRelations(select, 'user', metadata);
    }
    return new CompiledSelect(select, values);
  }
}
