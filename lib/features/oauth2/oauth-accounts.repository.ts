import { Inject, Injectable, type Type } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, type Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { askDatabase } from '../../common/ask-database.js';
import { faultOf, translateDatabaseError } from '../../common/database-error.js';
import { parseId } from '../../common/entity-id.js';
import { writeDatabase } from '../../common/write-database.js';
import type { AccountLinks } from '../../users/account-links.js';
import { JoinedRow } from '../../users/joined-row.js';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import type { UserQuestion } from '../../users/user-selects.js';
import { UsersRepository } from '../../users/users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { OAuthUserAlreadyExistsError } from './oauth2.errors.js';

/** TypeORM's repository of the host's entity of linked accounts. */
export const OAUTH_ACCOUNT_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the OAuth account entity');

/** What is written of a linked account. */
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
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
    private readonly users: UsersRepository,
  ) {
    this.joined = new JoinedRow(accounts.target as Type<BaseOAuthAccount>, 'account');
  }

  /** Who has the account of this key. */
  async findOwner(key: string): Promise<OAuthAccountOwner | undefined> {
    const ask: UserQuestion<BaseUser> = (select) =>
      this.joined.join(select).where('account.accountKey = :key');
    // On SQLite it takes its turn: half of what another request writes must let nobody in.
    const user = await this.write(() => this.users.first('by account key', ask, { key }));
    const found = this.joined.take(user);
    return found && { user: found.user, account: found.row };
  }

  /**
   * Within the transaction of `manager`.
   * @throws {OAuthUserAlreadyExistsError} where a user has the account already
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

  async update(where: FindOptionsWhere<BaseOAuthAccount>, fields: OAuthAccountFields): Promise<boolean> {
    const change = fields as QueryDeepPartialEntity<BaseOAuthAccount>;
    const { affected } = await this.write(() => this.accounts.update(where, change));
    return affected === 1;
  }

  /** The user's, the oldest first. @param manager of the transaction in which to look, if it matters */
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

  /** Within the transaction of `manager`. */
  remove(manager: EntityManager, id: BaseOAuthAccount['id']): Promise<unknown> {
    return manager.delete(this.accounts.target, { id });
  }

  async removeAll(manager: EntityManager, user: UserId): Promise<number> {
    const { target } = this.accounts;
    const where = { user: { id: user } };
    const rows = await manager.find(target, { select: { id: true }, where, loadEagerRelations: false });
    // A DELETE without rows would lock the gap on MariaDB, and two at once would wait for each other.
    if (rows.length > 0) await manager.delete(target, { id: In(rows.map(({ id }) => id)) });
    return rows.length;
  }

  /** A malformed id is no account's. */
  parseId(id: unknown): BaseOAuthAccount['id'] | undefined {
    return parseId(id, this.accounts.metadata.primaryColumns[0]);
  }

  private write<T>(statement: () => Promise<T>): Promise<T> {
    return writeDatabase(this.accounts.manager.dataSource, statement, this.settings.databaseTimeoutSeconds);
  }

  private ask<T>(statement: () => Promise<T>): Promise<T> {
    return askDatabase(statement, this.settings.databaseTimeoutSeconds);
  }
}
