import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, FindOptionsWhere } from 'typeorm';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import { Passwords } from '../../users/passwords/passwords.js';
import { UsersRepository } from '../../users/users.repository.js';
import { OAuthClients } from './clients/oauth-clients.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { LastLoginMethodError, OAuthAccountNotFoundError } from './oauth2.errors.js';
import { ProviderAccess } from './provider-access.js';

/** The keys of the features that are open. */
export const OPEN_FEATURES = Symbol('nestjs-users: open features');

/** The accounts at providers that users have linked. */
@Injectable()
export class OAuthAccountsService {
  constructor(
    private readonly accounts: OAuthAccountsRepository,
    private readonly users: UsersRepository,
    private readonly clients: OAuthClients,
    private readonly access: ProviderAccess,
    private readonly passwords: Passwords,
    @Inject(OPEN_FEATURES) private readonly open: readonly string[],
  ) {}

  /** The oldest first. */
  list(user: BaseUser): Promise<BaseOAuthAccount[]> {
    return this.accounts.list(user.id);
  }

  /**
   * Removes a way to log in, but never the last.
   * @throws {OAuthAccountNotFoundError}, {LastLoginMethodError}
   */
  async unlink(user: BaseUser, id: unknown): Promise<void> {
    const wanted = this.accounts.parseId(id);
    // The user's row stays locked: of two accounts that are removed at once, one must stay.
    const where = { id: user.id } as FindOptionsWhere<BaseUser>;
    const isUser = await this.users.lock(where, (manager) => this.removeOne(manager, user.id, wanted));
    if (!isUser) throw new OAuthAccountNotFoundError();
  }

  /**
   * A token for the provider's API, renewed if it is about to end; `undefined` where none is stored, or it can't be
   * renewed any more. Needs `storeTokens`.
   * @param provider the client's name
   * @throws {OAuthProviderUnavailableError}
   */
  accessToken(user: BaseUser, provider: string): Promise<string | undefined> {
    return this.access.token(user, provider);
  }

  private async removeOne(
    manager: EntityManager,
    user: UserId,
    id: BaseOAuthAccount['id'] | undefined,
  ): Promise<void> {
    const own = await this.accounts.list(user, manager);
    const account = own.find((each) => each.id === id);
    if (!account) throw new OAuthAccountNotFoundError();

    const others = own.filter((each) => each !== account && this.clients.get(each.provider));
    const isLast =
      others.length === 0 && !(this.open.includes('auth') && (await this.hasPassword(manager, user)));
    if (isLast) throw new LastLoginMethodError();
    await this.accounts.remove(manager, account.id);
  }

  private async hasPassword(manager: EntityManager, id: UserId): Promise<boolean> {
    const hash = await this.users.passwordHashOf(id, manager);
    return typeof hash === 'string' && this.passwords.isUsable(hash);
  }
}
