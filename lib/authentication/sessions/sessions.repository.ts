import { Inject, Injectable, type Type } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  type EntityManager,
  type FindOptionsWhere,
  In,
  type InsertResult,
  LessThan,
  Not,
  type Repository,
} from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { Background } from '../../common/background.js';
import { faultOf } from '../../database/database-error.js';
import { parseId } from '../../database/entity-id.js';
import { Database } from '../../database/database.js';
import { ExpiredRows } from '../../database/expired-rows.js';
import { andThen, LateWriteError } from '../../common/late-write.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { Precondition } from '../../users/precondition.js';
import { idsOfUser } from '../../users/ids-of-user.js';
import { JoinedRow } from '../../users/joined-row.js';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import type { UserQuestion } from '../../users/user-selects.js';
import { UsersRepository } from '../../users/users.repository.js';
import { BadCredentialsError } from '../../users/users.errors.js';
import type { BaseSession } from './session.entity.js';

/** TypeORM's repository of the host's session entity. */
export const SESSION_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the session entity');

/** A session and its user, found by one statement. */
export interface SessionOwner {
  user: BaseUser;
  session: BaseSession;
}

type Where = FindOptionsWhere<BaseSession>;
type Values = Partial<Omit<BaseSession, 'user'>>;

const USE_IS_NOTED_EVERY_MS = 60_000;

/** Every query on sessions. */
@Injectable()
export class SessionsRepository {
  /** When this process last stored the use of each session, in milliseconds since 1970. */
  private readonly noted = new LRUCache<BaseSession['id'], number>({ max: 10_000 });
  private readonly expired: ExpiredRows<BaseSession>;
  private readonly joined: JoinedRow<BaseSession>;

  constructor(
    @Inject(SESSION_ENTITY_REPOSITORY) private readonly sessions: Repository<BaseSession>,
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly background: Background,
  ) {
    this.joined = new JoinedRow(sessions.target as Type<BaseSession>, 'session');
    this.expired = new ExpiredRows('sessions', sessions, background, database);
  }

  /**
   * @returns the new row's id
   * @throws {BadCredentialsError} if the user was deleted meanwhile
   */
  async insert(user: BaseUser, values: Omit<Values, 'id'>): Promise<BaseSession['id']> {
    const row = { ...values, user: { id: user.id } } as QueryDeepPartialEntity<BaseSession>;
    const inserted = this.write(async () => idOf(await this.sessions.insert(row)));
    const id = await inserted.catch((error: unknown) => {
      // No client gets the token of a late write, so the row would list a session that never existed.
      if (error instanceof LateWriteError) error.followedBy((late) => this.delete(user.id, late));
      throw faultOf(error) === 'reference' ? new BadCredentialsError(error) : error;
    });
    this.expired.purgeNowAndThen();
    return id;
  }

  /** The session of this token and its user, if the session has not expired. */
  findByTokenHash(hash: string, load?: LoadOptions): Promise<SessionOwner | undefined> {
    const ask: UserQuestion<BaseUser> = (select) =>
      this.joined.join(select).where('session.tokenHash = :hash AND session.expiresAt > :now');
    return this.first('by session token', ask, { hash, now: Date.now() }, load);
  }

  /** The user and this session of the user, if it has not expired. */
  async findById(userId: string, sessionId: string, load?: LoadOptions): Promise<SessionOwner | undefined> {
    const [user, session] = [this.users.parseId(userId), this.parseId(sessionId)];
    if (user === undefined || session === undefined) return undefined;
    const ask: UserQuestion<BaseUser> = (select) =>
      this.joined
        .join(select)
        .where('user.id = :user AND session.id = :session AND session.expiresAt > :now');
    return this.first('by session', ask, { user, session, now: Date.now() }, load);
  }

  /** Requires in the statement that writes that the user's session has not expired. */
  isOngoing(user: UserId, id: unknown, refusal: () => Error): Precondition | undefined {
    const session = this.parseId(id);
    if (session === undefined) return undefined;
    const select = this.sessions
      .createQueryBuilder('login')
      .select('1')
      .where('login.id = :login AND login.user = :loginUser AND login.expiresAt > :loginNow');
    const parameters = { login: session, loginUser: user, loginNow: Date.now() };
    return { sql: `EXISTS (${select.getQuery()})`, parameters, refusal };
  }

  /** Stores the use of a session, at most once a minute and after the answer. */
  noteUse({ id, lastUsedAt }: BaseSession, now: Date, expiresAt: Date): void {
    // Parallel requests have all read the old row, so the value in this process may be newer.
    const noted = Math.max(lastUsedAt.getTime(), this.noted.get(id) ?? 0);
    if (now.getTime() - noted < USE_IS_NOTED_EVERY_MS) return;
    this.noted.set(id, now.getTime());
    this.background.run('Storing the last use of a session', async () => {
      try {
        await this.update({ id, lastUsedAt: LessThan(now) }, { lastUsedAt: now, expiresAt });
      } catch (error) {
        this.noted.delete(id);
        throw error;
      }
    });
  }

  /** @returns whether the session still existed */
  async update(where: Where, values: Values): Promise<boolean> {
    return this.isAffected(() => this.sessions.update(where, values));
  }

  /** The user's sessions that have not expired, the newest first. */
  list({ id, tokenVersion }: BaseUser): Promise<BaseSession[]> {
    const select = this.sessions
      .createQueryBuilder('session')
      .where('session.user = :id AND session.tokenVersion = :tokenVersion', { id, tokenVersion })
      .andWhere('session.expiresAt > :now', { now: Date.now() })
      .orderBy('session.createdAt', 'DESC')
      .addOrderBy('session.id', 'DESC');
    return this.ask(() => select.getMany());
  }

  /** @returns whether this user had the session */
  async delete(user: UserId, id: unknown): Promise<boolean> {
    const key = this.parseId(id);
    return key !== undefined && this.isAffected(() => this.sessions.delete(ofUser(user, { id: key })));
  }

  async deleteAll(user: UserId, { except }: { except?: BaseSession['id'] } = {}): Promise<void> {
    const others = except === undefined ? {} : { id: Not(except) };
    await this.write(() => this.sessions.delete(ofUser(user, others)));
  }

  /** As {@link deleteAll}, within the transaction of `manager`. */
  async deleteAllAlong(manager: EntityManager, user: UserId): Promise<void> {
    const { target } = this.sessions;
    const rows = await idsOfUser(manager, target, user);
    // On MariaDB, a DELETE that matches no rows locks the gap, and two of them at the same time cause a
    // deadlock.
    if (rows.length > 0) await manager.delete(target, { id: In(rows.map(({ id }) => id)) });
  }

  /** `undefined` for a malformed id. */
  private parseId(id: unknown): BaseSession['id'] | undefined {
    return parseId(id, this.sessions.metadata.primaryColumns[0]);
  }

  private async first(
    name: string,
    ask: UserQuestion<BaseUser>,
    values: Readonly<Record<string, unknown>>,
    load?: LoadOptions,
  ): Promise<SessionOwner | undefined> {
    const found = this.joined.take(await this.users.first(name, ask, values, load));
    return found && { user: found.user, session: found.row };
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return this.database.ask(statement);
  }

  private write<T>(statement: () => Promise<T>): Promise<T> {
    return this.database.write(statement);
  }

  private async isAffected(write: () => Promise<{ affected?: number | null }>): Promise<boolean> {
    return andThen(this.write(write), ({ affected }) => affected === 1);
  }
}

const ofUser = (id: UserId, more: object): Where => ({ user: { id }, ...more });

/**
 * MySQL's driver returns an id above 2^53 as text, to which TypeORM appends a 0, and one above 2^63 as a
 * negative number.
 */
function idOf({ identifiers, raw }: InsertResult): BaseSession['id'] {
  const { insertId = 0 } = Object(raw) as { insertId?: string | number };
  const isLarge = typeof insertId === 'string' || insertId < 0;
  if (isLarge) return String(BigInt.asUintN(64, BigInt(insertId)));
  return (identifiers[0] as { id: BaseSession['id'] }).id;
}
