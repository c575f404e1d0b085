import { Inject, Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import type { Repository } from 'typeorm';
import { Background } from '../../../common/background.js';
import { faultOf } from '../../../database/database-error.js';
import { Database } from '../../../database/database.js';
import { ExpiredRows } from '../../../database/expired-rows.js';
import type { BaseOneTimeToken } from './one-time-token.entity.js';

/** TypeORM's repository of the host's entity of single-use tokens. */
export const ONE_TIME_TOKEN_ENTITY_REPOSITORY = Symbol(
  'nestjs-users: repository of the one-time token entity',
);

/** The purpose of a token. A token of one purpose is never accepted for another. */
export type OneTimePurpose = 'oauth2-state' | 'oauth2-code';

/** Single-use tokens, on any number of instances: one statement decides which request is the first. */
@Injectable()
export class OneTimeTokens {
  private readonly expired: ExpiredRows<BaseOneTimeToken>;

  constructor(
    @Inject(ONE_TIME_TOKEN_ENTITY_REPOSITORY) private readonly tokens: Repository<BaseOneTimeToken>,
    private readonly database: Database,
    background: Background,
  ) {
    this.expired = new ExpiredRows('one-time tokens', tokens, background, database);
  }

  /**
   * Uses up a token that is not stored, because it is signed.
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

  /** Stores the data of a token until it is taken. */
  async keep(purpose: OneTimePurpose, token: string, content: object, expiresAt: Date): Promise<void> {
    await this.insert({ id: idOf(purpose, token), expiresAt, content: JSON.stringify(content) });
  }

  /** Returns the data of a token to the first caller, and `undefined` to all others. */
  async take(purpose: OneTimePurpose, token: string): Promise<unknown> {
    const where = { id: idOf(purpose, token) };
    const [row] = await this.database.ask(() => this.tokens.find({ where }));
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
    return this.database.write(statement);
  }
}

const idOf = (purpose: OneTimePurpose, token: string): string => hash('sha256', `${purpose}:${token}`, 'hex');
