import { Inject, Injectable } from '@nestjs/common';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';

const OPTIONS = {
  audience: 'nestjs-users:provider-token',
  keyManagementAlgorithms: ['dir'],
  contentEncryptionAlgorithms: ['A256GCM'],
};

/** Tokens of providers as they are stored: encrypted, naming their key, and of use for one account alone. */
@Injectable()
export class ProviderTokenVault {
  constructor(@Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings) {}

  lock(token: string, accountKey: string): Promise<string> {
    const { id: kid, key } = this.settings.keys.providerTokens.signing;
    return new EncryptJWT({ token })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .setAudience(OPTIONS.audience)
      .setSubject(accountKey)
      .encrypt(key);
  }

  /** `undefined` for what is none of this account's, or whose key is gone. */
  async open(locked: string | null | undefined, accountKey: string): Promise<string | undefined> {
    if (!locked) return undefined;
    try {
      const keyOf = ({ kid }: { kid?: string }) => this.settings.keys.providerTokens.require(kid);
      const { payload } = await jwtDecrypt<{ token: string }>(locked, keyOf, {
        ...OPTIONS,
        subject: accountKey,
      });
      return payload.token;
    } catch {
      return undefined;
    }
  }
}
