import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager, FindOptionsWhere } from 'typeorm';
import { isSameId } from '../../../database/entity-id.js';
import type { LoadOptions } from '../../../users/load-options.js';
import type { Precondition } from '../../../users/precondition.js';
import type { BaseUser, UserId } from '../../../users/user.entity.js';
import { Passwords } from '../../../accounts/passwords/passwords.js';
import { UsersRepository } from '../../../users/users.repository.js';
import { OAuthClients } from '../clients/oauth-clients.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { LastLoginMethodError, OAuthAccountNotFoundError } from '../oauth2.errors.js';
import { ProviderAccess } from './provider-access.js';

/** The keys of the registered features. */
export const OPEN_FEATURES = Symbol('nestjs-users: open features');

/** Lists, finds and unlinks the accounts at providers that users have linked. */
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

  /** Lists the accounts that a user has linked, the oldest first. */
  list(user: BaseUser): Promise<BaseOAuthAccount[]> {
    return this.accounts.list(user.id);
  }

  /**
   * Finds the user with this account, active or not.
   * @param provider the name of the client
   * @param accountId the subject, exactly as the provider sends it
   * @param options `load` names the relations to load
   * @returns the user, or `undefined` if no user has the account, or if several users have it because the provider has
   * several issuers
   */
  async findUser(
    provider: string,
    accountId: string,
    { load }: { load?: LoadOptions } = {},
  ): Promise<BaseUser | undefined> {
    const [id, another] = await this.accounts.findOwnerIds(provider, accountId);
    return another === undefined ? this.users.findById(id, load) : undefined;
  }

  /**
   * Removes an account from a user, unless it is the last way for the user to log in.
   * @param id the id of the account in your database
   * @param preconditions conditions that must still hold when the account is removed
   * @throws {OAuthAccountNotFoundError}, {LastLoginMethodError}
   * @throws the refusal of a precondition
   */
  async unlink(user: BaseUser, id: unknown, preconditions: readonly Precondition[] = []): Promise<void> {
    const wanted = this.accounts.parseId(id);
    // The user's row is locked, so that two parallel requests cannot remove the last two accounts.
    const where = { id: user.id } as FindOptionsWhere<BaseUser>;
    const remove = (manager: EntityManager) => this.removeOne(manager, user.id, wanted);
    const isUser = await this.users.lock(where, remove, preconditions);
    if (!isUser) throw new OAuthAccountNotFoundError();
  }

  /**
   * Finds an access token for the [API of the provider](../../../../docs/features/oauth2.md#calling-the-providers-api). It
   * renews a token that is about to expire. It needs `storeTokens`.
   * @param provider the name of the client
   * @returns the token, or `undefined` if the user has no such account, if no token of it is stored, or if the token
   * cannot be renewed any more
   * @throws {OAuthProviderUnavailableError} while the provider does not answer
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
    const account = own.find((each) => isSameId(each.id, id));
    if (!account) throw new OAuthAccountNotFoundError();

    const others = own.filter((each) => each !== account && this.clients.get(each.provider));
    const isLast =
      others.length === 0 && !(this.open.includes('auth') && (await this.hasPassword(manager, user)));
    if (isLast) throw new LastLoginMethodError();
    await this.accounts.remove(manager, account.id);
  }

  private async hasPassword(manager: EntityManager, id: UserId): Promise<boolean> {
    const hash = await this.users.passwordHashOf(id, manager);
    return typeof hash === 'string' && this.passwords.fault(hash) === undefined;
  }
}
