import { Inject, Injectable } from '@nestjs/common';
import { EncryptedTokens } from './encrypted-tokens.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';

/** Tokens of providers as they are stored: encrypted, and of use for one account alone. */
@Injectable()
export class ProviderTokenVault {
  private readonly tokens: EncryptedTokens<{ token: string }>;

  constructor(@Inject(OAUTH2_SETTINGS) { keys }: OAuth2Settings) {
    this.tokens = new EncryptedTokens(keys.providerTokens, 'nestjs-users:provider-token');
  }

  lock(token: string, accountKey: string): Promise<string> {
    return this.tokens.lock({ token }, { subject: accountKey });
  }

  /** `undefined` for what is none of this account's, or whose key is gone. */
  async open(locked: string | null | undefined, accountKey: string): Promise<string | undefined> {
    return (await this.tokens.open(locked, { subject: accountKey }))?.token;
  }
}
