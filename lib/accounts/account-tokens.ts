import { Inject, Injectable } from '@nestjs/common';
import { type Claims, SignedTokens } from '../common/signed-tokens.js';
import type { BaseUser } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';

/** The purpose of a mailed token. */
export type TokenPurpose = 'verification' | 'reset-password';

interface AccountClaims extends Claims {
  /** The user's address when the token was made. The token is only valid for this address. */
  email: string;
}

interface ResetClaims extends AccountClaims {
  /** Whether the token was mailed to a new user as an invitation. */
  inv?: boolean;
}

/** A valid reset token: its user, and whether it is an invitation. */
export interface UsableReset<User extends BaseUser = BaseUser> {
  user: User;
  isInvitation: boolean;
}

/** A valid token for a change of address. It proves access to the mailbox of the new address. */
export interface UsableEmailChange<User extends BaseUser = BaseUser> {
  user: User;
  newEmail: string;
  /** See {@link EmailChangeClaims.login}. */
  login: string | undefined;
}

interface EmailChangeClaims extends AccountClaims {
  /** The address that the token was mailed to. */
  newEmail: string;
  /**
   * The login that requested the change, if it can end by itself. The token is invalid after that login has
   * ended.
   */
  login?: string;
}

const AUDIENCES = {
  verification: 'nestjs-users:verification',
  'reset-password': 'nestjs-users:reset-password',
  emailChange: 'nestjs-users:email-change',
} as const;

/**
 * The tokens that are sent by mail. A token contains the user's address and `tokenVersion`, so it becomes
 * invalid when the address, the password or the account's state changes.
 */
@Injectable()
export class AccountTokens<User extends BaseUser = BaseUser> {
  private readonly tokens: Record<TokenPurpose, SignedTokens<AccountClaims>>;
  private readonly lifetimes: Record<TokenPurpose, number>;
  private readonly emailChanges: SignedTokens<EmailChangeClaims>;

  constructor(
    @Inject(ACCOUNTS_SETTINGS) { verification, passwordReset, emailChangeKeys }: AccountsSettings,
    private readonly repository: UsersRepository<User>,
  ) {
    this.tokens = {
      verification: new SignedTokens(verification.keys, AUDIENCES.verification),
      'reset-password': new SignedTokens(passwordReset.keys, AUDIENCES['reset-password']),
    };
    this.emailChanges = new SignedTokens(emailChangeKeys, AUDIENCES.emailChange);
    this.lifetimes = {
      verification: verification.lifetimeSeconds,
      'reset-password': passwordReset.lifetimeSeconds,
    };
  }

  /** @throws {TypeError} for an unknown purpose */
  async mint(purpose: TokenPurpose, user: BaseUser): Promise<string> {
    if (!Object.hasOwn(this.tokens, purpose)) {
      throw new TypeError(`The purpose of a token must be ${Object.keys(this.tokens).join(' or ')}.`);
    }
    return this.tokens[purpose].sign(claimsOf(user), this.lifetimes[purpose]);
  }

  /** A reset token for a new user. Using it also verifies the address. */
  mintInvitation(user: BaseUser, lifetimeSeconds: number): Promise<string> {
    const claims: Omit<ResetClaims, 'aud' | 'iat' | 'exp'> = { ...claimsOf(user), inv: true };
    return this.tokens['reset-password'].sign(claims, lifetimeSeconds);
  }

  /** As {@link findOwner}, for a reset token of either kind. */
  async findReset(token: string): Promise<UsableReset<User> | undefined> {
    const claims: ResetClaims | undefined = await this.tokens['reset-password'].verify(token);
    const user = await this.ownerOf(claims);
    return user && { user, isInvitation: claims?.inv === true };
  }

  /**
   * The token for the mail to a new address. Using it gives the user that address.
   * @param login the login that requests the change; see `OngoingLogins`
   */
  mintEmailChange(user: BaseUser, newEmail: string, login?: string): Promise<string> {
    const claims = { ...claimsOf(user), newEmail, ...(login !== undefined && { login }) };
    return this.emailChanges.sign(claims, this.lifetimes.verification);
  }

  /** As {@link findOwner}, with the new address. */
  async findEmailChange(token: string): Promise<UsableEmailChange<User> | undefined> {
    const claims = await this.emailChanges.verify(token);
    const user = await this.ownerOf(claims);
    if (!user || typeof claims?.newEmail !== 'string') return undefined;
    return { user, newEmail: claims.newEmail, login: claims.login };
  }

  /** The active user of a token, if the address and the `tokenVersion` have not changed since. */
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

/** What a mail says about its token. */
export interface MailedToken {
  kind: 'verification' | 'emailChange' | 'passwordReset' | 'invitation';
  lifetimeSeconds: number;
}

/**
 * Reads a token that this process made, or that a queue kept. It checks nothing: the route that takes the token does.
 * @throws {TypeError} for anything except a mailed token
 */
export function readMailedToken(token: string): MailedToken {
  const { aud, inv, iat, exp } = unverifiedClaims(token);
  const kind = { ...KINDS, [AUDIENCES['reset-password']]: inv ? 'invitation' : 'passwordReset' }[aud ?? ''];
  if (kind === undefined || !Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) {
    throw new TypeError('A mail needs a token that the library made for a mail.');
  }
  return { kind: kind as MailedToken['kind'], lifetimeSeconds: Number(exp) - Number(iat) };
}

const KINDS: Readonly<Record<string, MailedToken['kind']>> = {
  [AUDIENCES.verification]: 'verification',
  [AUDIENCES.emailChange]: 'emailChange',
};

function unverifiedClaims(token: string): Partial<ResetClaims> {
  try {
    const [, payload = ''] = token.split('.');
    return Object(JSON.parse(Buffer.from(payload, 'base64url').toString())) as Partial<ResetClaims>;
  } catch {
    return {};
  }
}
