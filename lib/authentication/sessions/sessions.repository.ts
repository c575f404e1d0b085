import { Inject, Injectable, type Type } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { LessThan, Not, type FindOptionsWhere, type Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { askDatabase } from '../../common/ask-database.js';
import { writeDatabase } from '../../common/write-database.js';
import { Background } from '../../common/background.js';
import { faultOf } from '../../common/database-error.js';
import { parseId } from '../../common/entity-id.js';
import { ExpiredRows } from '../../common/expired-rows.js';
import type { LoadOptions } from '../../users/load-options.js';
import { JoinedRow } from '../../users/joined-row.js';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import type { UserQuestion } from '../../users/user-selects.js';
import { UsersRepository } from '../../users/users.repository.js';
import { BadCredentialsError } from '../../users/users.errors.js';
import { USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
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
  /** When the use of a session was last noted by this process, in milliseconds. */
  private readonly noted = new LRUCache<BaseSession['id'], number>({ max: 10_000 });
  private readonly expired: ExpiredRows<BaseSession>;
  private readonly joined: JoinedRow<BaseSession>;

  constructor(
    @Inject(SESSION_ENTITY_REPOSITORY) private readonly sessions: Repository<BaseSession>,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
    private readonly users: UsersRepository,
    private readonly background: Background,
  ) {
    this.joined = new JoinedRow(sessions.target as Type<BaseSession>, 'session');
    this.expired = new ExpiredRows('sessions', sessions, background, settings.databaseTimeoutSeconds);
  }

  /**
   * @returns the new row's id
   * @throws {BadCredentialsError} where the user was deleted meanwhile
   */
  async insert(user: BaseUser, values: Omit<Values, 'id'>): Promise<BaseSession['id']> {
    const row = { ...values, user: { id: user.id } } as QueryDeepPartialEntity<BaseSession>;
    const { identifiers } = await this.write(() => this.sessions.insert(row)).catch((error: unknown) => {
      throw faultOf(error) === 'reference' ? new BadCredentialsError(error) : error;
    });
    this.expired.purgeNowAndThen();
    return (identifiers[0] as { id: BaseSession['id'] }).id;
  }

  /** Who has the session of this token, if it is not over. */
  findByTokenHash(hash: string, load?: LoadOptions): Promise<SessionOwner | undefined> {
    const ask: UserQuestion<BaseUser> = (select) =>
      this.joined.join(select).where('session.tokenHash = :hash AND session.expiresAt > :now');
    return this.first('by session token', ask, { hash, now: Date.now() }, load);
  }

  /** The user with this one of their sessions, if it is not over. */
  async findById(userId: string, sessionId: string, load?: LoadOptions): Promise<SessionOwner | undefined> {
    const [user, session] = [this.users.parseId(userId), this.parseId(sessionId)];
    if (user === undefined || session === undefined) return undefined;
    const ask: UserQuestion<BaseUser> = (select) =>
      this.joined
        .join(select)
        .where('user.id = :user AND session.id = :session AND session.expiresAt > :now');
    return this.first('by session', ask, { user, session, now: Date.now() }, load);
  }

  /** Notes that the session is in use, once a minute at most, and after the answer. */
  noteUse({ id, lastUsedAt }: BaseSession, now: Date, expiresAt: Date): void {
    // Requests at once have all read the row from before: what was noted here is newer than what they know.
    const noted = Math.max(lastUsedAt.getTime(), this.noted.get(id) ?? 0);
    if (now.getTime() - noted < USE_IS_NOTED_EVERY_MS) return;
    this.noted.set(id, now.getTime());
    this.background.run('Noting the use of a session', async () => {
      try {
        await this.update({ id, lastUsedAt: LessThan(now) }, { lastUsedAt: now, expiresAt });
      } catch (error) {
        this.noted.delete(id);
        throw error;
      }
    });
  }

  /** @returns whether there still was such a session */
  async update(where: Where, values: Values): Promise<boolean> {
    return this.isAffected(() => this.sessions.update(where, values));
  }

  /** The user's sessions that are not over, the newest first. */
  list({ id, tokenVersion }: BaseUser): Promise<BaseSession[]> {
    const select = this.sessions
      .createQueryBuilder('session')
      .where('session.user = :id AND session.tokenVersion = :tokenVersion', { id, tokenVersion })
      .andWhere('session.expiresAt > :now', { now: Date.now() })
      .orderBy('session.createdAt', 'DESC')
      .addOrderBy('session.id', 'DESC');
    return this.ask(() => select.getMany());
  }

  /** @returns whether this user had such a session */
  async delete(user: UserId, id: unknown): Promise<boolean> {
    const key = this.parseId(id);
    return key !== undefined && this.isAffected(() => this.sessions.delete(ofUser(user, { id: key })));
  }

  async deleteAll(user: UserId, { except }: { except?: BaseSession['id'] } = {}): Promise<void> {
    const others = except === undefined ? {} : { id: Not(except) };
    await this.write(() => this.sessions.delete(ofUser(user, others)));
  }

  /** A malformed id is no session's. */
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
    return askDatabase(statement, this.settings.databaseTimeoutSeconds);
  }

  private write<T>(statement: () => Promise<T>): Promise<T> {
    return writeDatabase(this.sessions.manager.dataSource, statement, this.settings.databaseTimeoutSeconds);
  }

  private async isAffected(write: () => Promise<{ affected?: number | null }>): Promise<boolean> {
    const { affected } = await this.write(write);
    return affected === 1;
  }
}

const ofUser = (id: UserId, more: object): Where => ({ user: { id }, ...more });
