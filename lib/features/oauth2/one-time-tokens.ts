import { Inject, Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import type { Repository } from 'typeorm';
import { askDatabase } from '../../common/ask-database.js';
import { Background } from '../../common/background.js';
import { faultOf } from '../../common/database-error.js';
import { ExpiredRows } from '../../common/expired-rows.js';
import { writeDatabase } from '../../common/write-database.js';
import { USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
import type { BaseOneTimeToken } from './one-time-token.entity.js';

/** TypeORM's repository of the host's entity of tokens that work once. */
export const ONE_TIME_TOKEN_ENTITY_REPOSITORY = Symbol(
  'nestjs-users: repository of the one-time token entity',
);

/** What a token is for: none of one purpose passes for one of another. */
export type OneTimePurpose = 'oauth2-state' | 'oauth2-code';

/** Tokens that work once, on however many instances: one statement decides who comes first. */
@Injectable()
export class OneTimeTokens {
  private readonly expired: ExpiredRows<BaseOneTimeToken>;
  private readonly timeoutSeconds: number;

  constructor(
    @Inject(ONE_TIME_TOKEN_ENTITY_REPOSITORY) private readonly tokens: Repository<BaseOneTimeToken>,
    @Inject(USERS_SETTINGS) { databaseTimeoutSeconds }: UsersSettings,
    background: Background,
  ) {
    this.timeoutSeconds = databaseTimeoutSeconds;
    this.expired = new ExpiredRows('one-time tokens', tokens, background, databaseTimeoutSeconds);
  }

  /**
   * Uses up a token that is known by itself, because it is signed.
   * @returns whether it was not used before
   */
  async spend(purpose: OneTimePurpose, token: string, expiresAt: Date): Promise<boolean> {
    try {
      await this.insert({ id: idOf(purpose, token), expiresAt, content: null });
      return true;
    } catch (error) {
      if (faultOf(error) === 'unique') return false;
      throw error;
    }
  }

  /** Keeps what a token leads to until it is taken. */
  async keep(purpose: OneTimePurpose, token: string, content: object, expiresAt: Date): Promise<void> {
    await this.insert({ id: idOf(purpose, token), expiresAt, content: JSON.stringify(content) });
  }

  /** What the token leads to, to the first who asks. */
  async take(purpose: OneTimePurpose, token: string): Promise<unknown> {
    const where = { id: idOf(purpose, token) };
    const [row] = await askDatabase(() => this.tokens.find({ where }), this.timeoutSeconds);
    if (!row) return undefined;
    const { affected } = await this.write(() => this.tokens.delete(where));
    const isFirst = affected === 1 && row.content !== null && row.expiresAt.getTime() > Date.now();
    return isFirst ? (JSON.parse(row.content as string) as unknown) : undefined;
  }

  private async insert(row: BaseOneTimeToken): Promise<void> {
    await this.write(() => this.tokens.insert(row));
    this.expired.purgeNowAndThen();
  }

  private write<T>(statement: () => Promise<T>): Promise<T> {
    return writeDatabase(this.tokens.manager.dataSource, statement, this.timeoutSeconds);
  }
}

const idOf = (purpose: OneTimePurpose, token: string): string => hash('sha256', `${purpose}:${token}`, 'hex');
