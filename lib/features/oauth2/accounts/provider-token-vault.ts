import { Inject, Injectable } from '@nestjs/common';
import { EncryptedTokens } from '../flow/encrypted-tokens.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';

/** Encrypts tokens of providers for storage. Each can only be decrypted for its own account. */
@Injectable()
export class ProviderTokenVault {
  private readonly tokens: EncryptedTokens<{ token: string }>;

  constructor(@Inject(OAUTH2_SETTINGS) { keys }: OAuth2Settings) {
    this.tokens = new EncryptedTokens(keys.providerTokens, 'nestjs-users:provider-token');
  }

  lock(token: string, accountKey: string): Promise<string> {
    return this.tokens.lock({ token }, { subject: accountKey });
  }

  /** `undefined` for a token of another account, or if its key no longer exists. */
  async open(locked: string | null | undefined, accountKey: string): Promise<string | undefined> {
    return (await this.tokens.open(locked, { subject: accountKey }))?.token;
  }
}
