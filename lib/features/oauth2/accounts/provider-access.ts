import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { definedFields } from '../../../common/defined-fields.js';
import type { BaseUser } from '../../../users/user.entity.js';
import type { ProviderTokens } from '../clients/oauth-client.js';
import { OAuthClients } from '../clients/oauth-clients.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { type OAuthAccountFields, OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { OAuthProviderError } from '../oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';
import { ProviderTokenVault } from './provider-token-vault.js';

const RENEW_BEFORE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

type Account = BaseOAuthAccount & { accountKey: string };

/** Encrypts tokens of the providers for storage, and returns valid ones for the providers' APIs. */
@Injectable()
export class ProviderAccess {
  private readonly renewals = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly accounts: OAuthAccountsRepository,
    private readonly clients: OAuthClients,
    private readonly vault: ProviderTokenVault,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /** @throws {OAuthProviderUnavailableError} */
  async token(user: BaseUser, provider: string): Promise<string | undefined> {
    const account = await this.find(user, provider);
    if (!account) return undefined;
    return isEnding(account) ? this.renewOnce(user, provider) : this.open(account);
  }

  /** The encrypted fields to store. Without a new refresh token, the stored one stays. */
  async locked(tokens: ProviderTokens, key: string): Promise<OAuthAccountFields> {
    const { accessToken, refreshToken, expiresAt = null } = tokens;
    return definedFields({
      accessToken: await this.vault.lock(accessToken, key),
      refreshToken: refreshToken === undefined ? undefined : await this.vault.lock(refreshToken, key),
      tokenExpiresAt: expiresAt,
    });
  }

  /** Parallel calls in this process wait for one refresh. */
  private renewOnce(user: BaseUser, provider: string): Promise<string | undefined> {
    const name = JSON.stringify([user.id, provider]);
    const known = this.renewals.get(name);
    if (known) return known;
    const renewal = this.renew(user, provider).finally(() => this.renewals.delete(name));
    this.renewals.set(name, renewal);
    return renewal;
  }

  /**
   * Refreshes the token. A provider may revoke all tokens if a refresh token is used twice (RFC 9700 §4.14.2).
   * So of many processes, only the one that first clears the stored access token uses it, within the provider's
   * time limit.
   */
  private async renew(user: BaseUser, provider: string): Promise<string | undefined> {
    const account = await this.find(user, provider);
    if (!account || !isEnding(account)) return account && this.open(account);
    const client = this.clients.get(provider);
    const refreshToken = await this.vault.open(account.refreshToken, account.accountKey);
    // A token that cannot be refreshed is valid until it expires.
    if (!client || refreshToken === undefined) return hasEnded(account) ? undefined : this.open(account);
    if (isTaken(account)) return this.waitForOther(user, provider);

    const restore = await this.take(account);
    if (!restore) return this.waitForOther(user, provider);
    const tokens = await client.refresh(refreshToken).catch(async (error: unknown) => {
      await restore();
      if (error instanceof OAuthProviderError) return undefined;
      throw error;
    });
    if (!tokens) return undefined;
    await this.accounts.update({ id: account.id }, await this.locked(tokens, account.accountKey));
    return tokens.accessToken;
  }

  /** @returns a function that restores the access token; `undefined` if another process has cleared it */
  private async take(account: Account): Promise<(() => Promise<unknown>) | undefined> {
    const { id, accessToken } = account;
    const tokenExpiresAt = account.tokenExpiresAt as Date;
    const end = new Date(Date.now() + this.patienceMs);
    const taken = { accessToken: null, tokenExpiresAt: end };
    if (!(await this.accounts.update({ id, tokenExpiresAt }, taken))) return undefined;
    return () => this.accounts.update({ id, tokenExpiresAt: end }, { accessToken, tokenExpiresAt });
  }

  private async waitForOther(user: BaseUser, provider: string): Promise<string | undefined> {
    const end = Date.now() + this.patienceMs;
    while (Date.now() < end) {
      await delay(LOOK_AGAIN_MS);
      const account = await this.find(user, provider);
      if (!account || !isTaken(account)) {
        return account && !hasEnded(account) ? this.open(account) : undefined;
      }
    }
    return undefined;
  }

  private get patienceMs(): number {
    return 1000 * (this.settings.providerTimeoutSeconds + 1);
  }

  private async find(user: BaseUser, provider: string): Promise<Account | undefined> {
    return (await this.accounts.findWithTokens(user.id, provider)) as Account | undefined;
  }

  private open({ accessToken, accountKey }: Account): Promise<string | undefined> {
    return this.vault.open(accessToken, accountKey);
  }
}

const isEnding = ({ tokenExpiresAt }: Account): boolean =>
  (tokenExpiresAt?.getTime() ?? Infinity) - Date.now() <= RENEW_BEFORE_MS;

const hasEnded = ({ tokenExpiresAt }: Account): boolean =>
  (tokenExpiresAt?.getTime() ?? Infinity) <= Date.now();

/** Whether another call refreshes the token right now. */
const isTaken = ({ accessToken, tokenExpiresAt }: Account): boolean =>
  accessToken === null && (tokenExpiresAt?.getTime() ?? 0) > Date.now();
