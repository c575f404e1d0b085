import { Inject, Injectable } from '@nestjs/common';
import { type Claims, SignedTokens } from '../common/signed-tokens.js';
import type { BaseUser } from './user.entity.js';
import { UsersRepository } from './users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** What a mailed token is good for. */
export type TokenPurpose = 'verification' | 'reset-password';

interface AccountClaims extends Claims {
  /** The address that the user had when the token was made: it is good for no other. */
  email: string;
}

interface ResetClaims extends AccountClaims {
  /** The token was mailed to a new user, as an invitation. */
  inv?: boolean;
}

/** What a reset token is good for. */
export interface PasswordReset<User extends BaseUser = BaseUser> {
  user: User;
  isInvitation: boolean;
}

interface EmailChangeClaims extends AccountClaims {
  /** The address that the token was mailed to. */
  newEmail: string;
}

/**
 * The tokens that travel by mail. One is dead after any change of the address, the password or the account's
 * state, because it names the address and the `tokenVersion` that it was made for.
 */
@Injectable()
export class AccountTokens<User extends BaseUser = BaseUser> {
  private readonly tokens: Record<TokenPurpose, SignedTokens<AccountClaims>>;
  private readonly lifetimes: Record<TokenPurpose, number>;
  private readonly emailChanges: SignedTokens<EmailChangeClaims>;

  constructor(
    @Inject(USERS_SETTINGS) { verification, passwordReset, emailChangeKeys }: UsersSettings,
    private readonly repository: UsersRepository<User>,
  ) {
    this.tokens = {
      verification: new SignedTokens(verification.keys, 'nestjs-users:verification'),
      'reset-password': new SignedTokens(passwordReset.keys, 'nestjs-users:reset-password'),
    };
    this.emailChanges = new SignedTokens(emailChangeKeys, 'nestjs-users:email-change');
    this.lifetimes = {
      verification: verification.lifetimeSeconds,
      'reset-password': passwordReset.lifetimeSeconds,
    };
  }

  mint(purpose: TokenPurpose, user: BaseUser): Promise<string> {
    return this.tokens[purpose].sign(claimsOf(user), this.lifetimes[purpose]);
  }

  /** A reset token for a new user: using it verifies the address, too. */
  mintInvitation(user: BaseUser, lifetimeSeconds: number): Promise<string> {
    const claims: Omit<ResetClaims, 'aud' | 'iat' | 'exp'> = { ...claimsOf(user), inv: true };
    return this.tokens['reset-password'].sign(claims, lifetimeSeconds);
  }

  /** As {@link findOwner}, for a reset token of either kind. */
  async findReset(token: string): Promise<PasswordReset<User> | undefined> {
    const claims: ResetClaims | undefined = await this.tokens['reset-password'].verify(token);
    const user = await this.ownerOf(claims);
    return user && { user, isInvitation: claims?.inv === true };
  }

  /** For the mail to the new address, whose reader it makes the user's. */
  mintEmailChange(user: BaseUser, newEmail: string): Promise<string> {
    return this.emailChanges.sign({ ...claimsOf(user), newEmail }, this.lifetimes.verification);
  }

  /** As {@link findOwner}, with the address that the user shall have. */
  async findEmailChange(token: string): Promise<{ user: User; newEmail: string } | undefined> {
    const claims = await this.emailChanges.verify(token);
    const user = await this.ownerOf(claims);
    return user && claims && typeof claims.newEmail === 'string'
      ? { user, newEmail: claims.newEmail }
      : undefined;
  }

  /** The active user for whom a token was made, if nothing about them has changed since that it depends on. */
  async findOwner(purpose: TokenPurpose, token: string): Promise<User | undefined> {
    return this.ownerOf(await this.tokens[purpose].verify(token));
  }

  private async ownerOf(claims: AccountClaims | undefined): Promise<User | undefined> {
    const user = claims && (await this.repository.findById(claims.sub));
    const isOwner = user?.isActive && user.tokenVersion === claims?.ver && user.email === claims.email;
    return isOwner ? user : undefined;
  }
}

const claimsOf = (user: BaseUser) => ({ sub: String(user.id), ver: user.tokenVersion, email: user.email });
