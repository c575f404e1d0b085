import { Inject, Injectable, type Type } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, type Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { faultOf, translateDatabaseError } from '../../../database/database-error.js';
import { parseId } from '../../../database/entity-id.js';
import { Database } from '../../../database/database.js';
import type { AccountLinks } from '../../../accounts/account-links.js';
import { idsOfUser } from '../../../users/ids-of-user.js';
import { JoinedRow } from '../../../users/joined-row.js';
import type { BaseUser, UserId } from '../../../users/user.entity.js';
import type { UserQuestion } from '../../../users/user-selects.js';
import { UsersRepository } from '../../../users/users.repository.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { OAuthUserAlreadyExistsError } from '../oauth2.errors.js';

/** TypeORM's repository of the host's entity of linked accounts. */
export const OAUTH_ACCOUNT_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the OAuth account entity');

/** The fields of a linked account that are written. */
export type OAuthAccountFields = Partial<Omit<BaseOAuthAccount, 'id' | 'user' | 'createdAt'>>;

/** A linked account and its user, found by one statement. */
export interface OAuthAccountOwner {
  user: BaseUser;
  account: BaseOAuthAccount;
}

/** Every query on linked accounts. */
@Injectable()
export class OAuthAccountsRepository implements AccountLinks {
  private readonly joined: JoinedRow<BaseOAuthAccount>;

  constructor(
    @Inject(OAUTH_ACCOUNT_ENTITY_REPOSITORY) private readonly accounts: Repository<BaseOAuthAccount>,
    private readonly database: Database,
    private readonly users: UsersRepository,
  ) {
    this.joined = new JoinedRow(accounts.target as Type<BaseOAuthAccount>, 'account');
  }

  /** The account with this key and its user. */
  async findOwner(key: string): Promise<OAuthAccountOwner | undefined> {
    const ask: UserQuestion<BaseUser> = (select) =>
      this.joined.join(select).where('account.accountKey = :key');
    // On SQLite it waits for current writes, so that a login does not see half of another request's change.
    const user = await this.database.askBehindWrites(() => this.users.first('by account key', ask, { key }));
    const found = this.joined.take(user);
    return found && { user: found.user, account: found.row };
  }

  /**
   * Inserts an account within the transaction of `manager`.
   * @throws {OAuthUserAlreadyExistsError} if a user already has the account
   */
  async insert(manager: EntityManager, user: UserId, fields: OAuthAccountFields): Promise<void> {
    const row = { ...fields, user: { id: user } } as QueryDeepPartialEntity<BaseOAuthAccount>;
    try {
      await manager.insert(this.accounts.target, row);
    } catch (error) {
      const known = translateDatabaseError(error);
      throw faultOf(known) === 'unique' ? new OAuthUserAlreadyExistsError(known) : known;
    }
  }

  /**
   * The ids of the users with an account of this subject at this provider: one, unless the provider has several
   * issuers.
   */
  async findOwnerIds(provider: string, accountId: string): Promise<UserId[]> {
    const where = { provider, accountId };
    const question = { where, relations: { user: true }, loadEagerRelations: false };
    const found = await this.ask(() => this.accounts.find(question));
    // MariaDB also finds accounts whose ids differ in case.
    const exact = found.filter((each) => each.provider === provider && each.accountId === accountId);
    return [...new Set(exact.map(({ user }) => user.id))];
  }

  async update(where: FindOptionsWhere<BaseOAuthAccount>, fields: OAuthAccountFields): Promise<boolean> {
    const change = fields as QueryDeepPartialEntity<BaseOAuthAccount>;
    const { affected } = await this.write(() => this.accounts.update(where, change));
    return affected === 1;
  }

  /**
   * The user's accounts, the oldest first.
   * @param manager the manager of a transaction in which to read, if needed
   */
  list(user: UserId, manager = this.accounts.manager): Promise<BaseOAuthAccount[]> {
    const where = { user: { id: user } };
    const order = { createdAt: 'ASC', id: 'ASC' } as never;
    return this.ask(() => manager.find(this.accounts.target, { where, order }));
  }

  /** The user's account at this provider, with its tokens. */
  async findWithTokens(user: UserId, provider: string): Promise<BaseOAuthAccount | undefined> {
    const columns = ['accountKey', 'accessToken', 'refreshToken', 'tokenExpiresAt'].map(
      (name) => `account.${name}`,
    );
    const select = this.accounts
      .createQueryBuilder('account')
      .addSelect(columns)
      .where('account.user = :user AND account.provider = :provider', { user, provider })
      .orderBy('account.createdAt', 'DESC');
    const [account] = await this.ask(() => select.getMany());
    return account;
  }

  /** Removes an account within the transaction of `manager`. */
  remove(manager: EntityManager, id: BaseOAuthAccount['id']): Promise<unknown> {
    return manager.delete(this.accounts.target, { id });
  }

  async removeAll(manager: EntityManager, user: UserId): Promise<number> {
    const { target } = this.accounts;
    const rows = await idsOfUser(manager, target, user);
    // On MariaDB, a DELETE that matches no rows locks the gap, and two of them at the same time cause a
    // deadlock.
    if (rows.length > 0) await manager.delete(target, { id: In(rows.map(({ id }) => id)) });
    return rows.length;
  }

  /** `undefined` for a malformed id. */
  parseId(id: unknown): BaseOAuthAccount['id'] | undefined {
    return parseId(id, this.accounts.metadata.primaryColumns[0]);
  }

  private write<T>(statement: () => Promise<T>): Promise<T> {
    return this.database.write(statement);
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return this.database.ask(statement);
  }
}
