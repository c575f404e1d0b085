import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, FindOptionsWhere } from 'typeorm';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { ProviderLogin } from './clients/oauth-client.js';
import { accountKeyOf } from './clients/provider-identity.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { type OAuthAccountFields, OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { OAuthUserAlreadyExistsError } from './oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { ProviderAccess } from './provider-access.js';
import { snapshotOf } from './user-snapshot.js';

/** How accounts at providers become ways to log in. */
@Injectable()
export class AccountLinking {
  constructor(
    private readonly accounts: OAuthAccountsRepository,
    private readonly users: UsersRepository,
    private readonly access: ProviderAccess,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /**
   * Makes the account a way to log in as this user, unless the user changed since they were loaded.
   * @throws {OAuthUserAlreadyExistsError} where another user has the account, or this one changed meanwhile
   */
  async link(user: BaseUser, login: ProviderLogin): Promise<void> {
    if (await this.isLinked(user, login)) return;
    const unchanged = { ...snapshotOf(user), isActive: true } as FindOptionsWhere<BaseUser>;
    const along = await this.insertion(login);
    try {
      const isUser = await this.users.lock(unchanged, (manager) => along(manager, user.id));
      if (!isUser) throw new OAuthUserAlreadyExistsError();
    } catch (error) {
      // The same user may have linked it at the same time.
      const isTaken = error instanceof OAuthUserAlreadyExistsError;
      if (!isTaken || !(await this.isLinked(user, login))) throw error;
    }
  }

  /** @throws {OAuthUserAlreadyExistsError} where another user has the account */
  private async isLinked(user: BaseUser, login: ProviderLogin): Promise<boolean> {
    const owner = await this.accounts.findOwner(accountKeyOf(login));
    if (!owner) return false;
    if (owner.user.id !== user.id) throw new OAuthUserAlreadyExistsError();
    await this.refreshAccount(owner.account, login);
    return true;
  }

  /** What inserts the account for a user, in a transaction that does more. */
  async insertion(login: ProviderLogin): Promise<(manager: EntityManager, user: UserId) => Promise<void>> {
    const { provider, subject } = login;
    const fields = {
      provider,
      accountKey: accountKeyOf(login),
      accountId: subject,
      ...(await this.fieldsOf(login)),
    };
    return (manager, user) => this.accounts.insert(manager, user, fields);
  }

  /** Notes what the provider says now. */
  async refreshAccount(account: BaseOAuthAccount, login: ProviderLogin): Promise<void> {
    const { provider } = login;
    const { accountEmail, ...tokens } = await this.fieldsOf(login);
    const isOld = provider !== account.provider || accountEmail !== account.accountEmail;
    if (isOld || this.settings.storeTokens) {
      await this.accounts.update({ id: account.id }, { provider, accountEmail, ...tokens });
    }
  }

  private async fieldsOf(login: ProviderLogin): Promise<OAuthAccountFields> {
    const accountEmail = login.email ?? null;
    if (!this.settings.storeTokens) return { accountEmail };
    return { accountEmail, ...(await this.access.locked(login.tokens, accountKeyOf(login))) };
  }
}
