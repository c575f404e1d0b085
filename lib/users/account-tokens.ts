import { Inject, Injectable } from '@nestjs/common';
import { type Claims, SignedTokens } from '../common/signed-tokens.js';
import type { BaseUser } from './user.entity.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** What a mailed token is good for. */
export type TokenPurpose = 'verification' | 'reset-password';

interface AccountClaims extends Claims {
  /** The address that the token was mailed to: it is good for no other. */
  email: string;
}

/**
 * The tokens that travel by mail. One is dead after any change of the address, the password or the account's
 * state, because it names the address and the `tokenVersion` that it was made for.
 */
@Injectable()
export class AccountTokens {
  private readonly tokens: Record<TokenPurpose, SignedTokens<AccountClaims>>;
  private readonly lifetimes: Record<TokenPurpose, number>;

  constructor(@Inject(USERS_SETTINGS) { verification, passwordReset }: UsersSettings) {
    this.tokens = {
      verification: new SignedTokens(verification.keys, 'nestjs-users:verification'),
      'reset-password': new SignedTokens(passwordReset.keys, 'nestjs-users:reset-password'),
    };
    this.lifetimes = {
      verification: verification.lifetimeSeconds,
      'reset-password': passwordReset.lifetimeSeconds,
    };
  }

  mint(purpose: TokenPurpose, user: BaseUser): Promise<string> {
    const claims = { sub: String(user.id), ver: user.tokenVersion, email: user.email };
    return this.tokens[purpose].sign(claims, this.lifetimes[purpose]);
  }

  /** The claims of a sound token; whether the user still is who it was made for, {@link isFor} tells. */
  read(purpose: TokenPurpose, token: string): Promise<AccountClaims | undefined> {
    return this.tokens[purpose].verify(token);
  }

  isFor(claims: AccountClaims, user: BaseUser): boolean {
    return user.isActive && user.tokenVersion === claims.ver && user.email === claims.email;
  }
}
