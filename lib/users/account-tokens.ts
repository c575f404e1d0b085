import { Inject, Injectable } from '@nestjs/common';
import { type Claims, SignedTokens } from '../common/signed-tokens.js';
import type { BaseUser } from './user.entity.js';
import { UsersRepository } from './users.repository.js';
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
export class AccountTokens<User extends BaseUser = BaseUser> {
  private readonly tokens: Record<TokenPurpose, SignedTokens<AccountClaims>>;
  private readonly lifetimes: Record<TokenPurpose, number>;

  constructor(
    @Inject(USERS_SETTINGS) { verification, passwordReset }: UsersSettings,
    private readonly repository: UsersRepository<User>,
  ) {
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

  /** The active user for whom a token was made, if nothing about them has changed since that it depends on. */
  async findOwner(purpose: TokenPurpose, token: string): Promise<User | undefined> {
    const claims = await this.tokens[purpose].verify(token);
    const user = claims && (await this.repository.findById(claims.sub));
    const isOwner = user?.isActive && user.tokenVersion === claims?.ver && user.email === claims.email;
    return isOwner ? user : undefined;
  }
}
