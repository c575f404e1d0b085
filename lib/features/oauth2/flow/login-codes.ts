import { Injectable } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { nowInSeconds } from '../../../common/signed-tokens.js';
import type { BaseUser } from '../../../users/user.entity.js';
import { UsersRepository } from '../../../users/users.repository.js';
import { InvalidCodeError } from '../oauth2.errors.js';
import { OneTimeTokens } from './one-time-tokens.js';
import { isUnchanged, snapshotOf, type UserSnapshot } from './user-snapshot.js';

/** The stored data of a code. */
interface Grant {
  client: string;
  codeChallenge: string;
  /** The key of the account with which the user logs in. */
  accountKey: string;
  user: UserSnapshot;
  authenticatedAt: number;
}

const LIFETIME_MS = 60_000;

/** Codes for a page's URL. A code is valid for a minute, once, and only for the page that started the login. */
@Injectable()
export class LoginCodes {
  constructor(
    private readonly oneTimeTokens: OneTimeTokens,
    private readonly users: UsersRepository,
  ) {}

  async issue(
    user: BaseUser,
    { client, codeChallenge, accountKey }: Pick<Grant, 'client' | 'codeChallenge' | 'accountKey'>,
  ): Promise<string> {
    const code = randomBytes(32).toString('base64url');
    const authenticatedAt = nowInSeconds();
    const grant: Grant = { client, codeChallenge, accountKey, user: snapshotOf(user), authenticatedAt };
    await this.oneTimeTokens.keep('oauth2-code', code, grant, new Date(Date.now() + LIFETIME_MS));
    return code;
  }

  /**
   * Uses up the code, also if the verifier is wrong.
   * @throws {InvalidCodeError}
   */
  async redeem(
    client: string,
    code: string,
    codeVerifier: string,
  ): Promise<{ user: BaseUser; authenticatedAt: number; accountKey: string }> {
    // Only `issue` stores content for this purpose.
    const grant = (await this.oneTimeTokens.take('oauth2-code', code)) as Grant | undefined;
    if (grant?.client !== client || grant.codeChallenge !== challengeOf(codeVerifier)) {
      throw new InvalidCodeError();
    }
    const user = await this.users.findById(grant.user.id);
    if (!user || !isUnchanged(user, grant.user)) throw new InvalidCodeError();
    return { user, authenticatedAt: grant.authenticatedAt, accountKey: grant.accountKey };
  }
}

/** RFC 7636 §4.6. */
const challengeOf = (codeVerifier: string): string => hash('sha256', codeVerifier, 'base64url');
