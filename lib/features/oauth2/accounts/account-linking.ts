import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, FindOptionsWhere } from 'typeorm';
import { isSameId } from '../../../database/entity-id.js';
import type { Precondition } from '../../../users/precondition.js';
import type { BaseUser, UserId } from '../../../users/user.entity.js';
import { UsersRepository } from '../../../users/users.repository.js';
import type { ProviderLogin } from '../clients/oauth-client.js';
import { accountKeyOf } from '../clients/provider-identity.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { type OAuthAccountFields, OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { OAuthUserAlreadyExistsError } from '../oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';
import { ProviderAccess } from './provider-access.js';
import { snapshotOf } from '../flow/user-snapshot.js';

/** Links accounts at providers, so that users can log in with them. */
@Injectable()
export class AccountLinking {
  constructor(
    private readonly accounts: OAuthAccountsRepository,
    private readonly users: UsersRepository,
    private readonly access: ProviderAccess,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /**
   * Links the account to this user, unless the user changed since being loaded.
   * @param preconditions conditions that must still hold when the link is stored
   * @throws {OAuthUserAlreadyExistsError} if another user has the account, or this user changed meanwhile
   */
  async link(
    user: BaseUser,
    login: ProviderLogin,
    preconditions: readonly Precondition[] = [],
  ): Promise<void> {
    if (await this.isLinked(user, login)) return;
    const unchanged = { ...snapshotOf(user), isActive: true } as FindOptionsWhere<BaseUser>;
    const inTransaction = await this.insertion(login);
    try {
      const isUser = await this.users.lock(
        unchanged,
        (manager) => inTransaction(manager, user.id),
        preconditions,
      );
      if (!isUser) throw new OAuthUserAlreadyExistsError();
    } catch (error) {
      // A parallel request may have linked it to the same user.
      const isTaken = error instanceof OAuthUserAlreadyExistsError;
      if (!isTaken || !(await this.isLinked(user, login))) throw error;
    }
  }

  /** @throws {OAuthUserAlreadyExistsError} if another user has the account */
  private async isLinked(user: BaseUser, login: ProviderLogin): Promise<boolean> {
    const owner = await this.accounts.findOwner(accountKeyOf(login));
    if (!owner) return false;
    if (!isSameId(owner.user.id, user.id)) throw new OAuthUserAlreadyExistsError();
    await this.refreshAccount(owner.account, login);
    return true;
  }

  /** Returns a function that inserts the account for a user within a larger transaction. */
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

  /** Stores the provider's current data. */
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
