import { Inject, Injectable, Logger } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { TemporarilyUnavailableError } from '../common/users-error.js';
import type { HttpRequest } from '../common/http.js';
import { requireAdmitted } from './admission.js';
import { accountsOf, identifierOf, type LoginCredentials, typedIdentifier } from '../users/identifiers.js';
import { type JudgedLogin, judgeLogin } from './judged-login.js';
import { LegacyLogin } from './legacy-login.js';
import { Limits } from './limits/limits.js';
import { Passwords } from './passwords/passwords.js';
import type { BaseUser } from '../users/user.entity.js';
import { BadCredentialsError } from '../users/users.errors.js';
import type { Moments } from './moments.js';
import type { LoginAttempt } from './users.hooks.js';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';

/** Logs a user in with a password. It takes one query and one hash, whether or not the identifier is known. */
@Injectable()
export class PasswordLogin<User extends BaseUser = BaseUser> {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly passwords: Passwords,
    private readonly limits: Limits,
    private readonly legacy: LegacyLogin<User>,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
  ) {}

  /**
   * The user with these credentials; see `UsersService.authenticate()`.
   * @throws {BadCredentialsError}, {UserNotVerifiedError}, {TooManyAttemptsError}; the refusal of
   * `preLoginHook`
   */
  async authenticate(login: LoginCredentials, moments: Moments<User>): Promise<User> {
    const typed = typedIdentifier(login, this.settings.identifiers);
    const identifier = identifierOf(typed, this.settings);
    const attempt: LoginAttempt = { ...(login as object), identifier: typed };
    let refusal: Error | undefined;
    const user = await this.limits.guess(identifier?.value, moments.request, async () => {
      refusal = await moments.loginRefusal(attempt);
      const due = this.legacy.failureDue(moments);
      const judged = await judgeLogin(this.repository, this.passwords, identifier, login.password);
      const found =
        (await this.accept(judged)) ?? (refusal ? undefined : await this.legacy.accept(judged, moments, due));
      if (refusal || !found || !this.isRevealed(found)) return due.passed();
      // Inside `guess`, so that the attempt of a user who may not log in is uncounted and nothing else changes.
      requireAdmitted(found, this.settings);
      return found;
    });
    if (!user) throw refusal ?? new BadCredentialsError();
    return user;
  }

  /**
   * Checks the password of a user who is already loaded. With a request, a wrong password counts as a failed
   * login.
   * @throws {TooManyAttemptsError}
   */
  async verify(user: User, password: string, request?: HttpRequest): Promise<boolean> {
    const judge = async () => {
      const stored = await this.repository.findPasswordHash(user.id);
      const verdict = await this.passwords.judge(password, stored);
      if (verdict === 'partly right')
        return (await this.fixWhole(user, stored as string, password)) || undefined;
      return verdict !== 'wrong' || undefined;
    };
    const [account] = accountsOf(user, this.settings);
    return (await this.limits.guess(account, request, judge)) ?? false;
  }

  /** The active user, if the password is right. */
  private async accept({ user, stored, password, verdict }: JudgedLogin<User>): Promise<User | undefined> {
    if (!user?.isActive || verdict === 'wrong' || !this.isRevealed(user)) return undefined;

    if (verdict === 'outdated') await this.upgradeHash(user, stored as string, password);
    const isFixed = verdict !== 'partly right' || (await this.fixWhole(user, stored as string, password));
    return isFixed ? user : undefined;
  }

  /**
   * If registration is concealed, an unverified user cannot log in yet: a client that registers an address and
   * logs in could otherwise see by the answer, or by the limit of wrong passwords, whether the address was new.
   */
  private isRevealed({ isVerified }: User): boolean {
    return isVerified || !this.settings.concealsExisting;
  }

  /**
   * The hash covers only a part of the password, so it may be used once: it is replaced now. If another login
   * replaces it at the same time, the whole password must match the new hash.
   */
  private async fixWhole(user: User, stored: string, password: string): Promise<boolean> {
    if (await this.replaceHash(user, stored, password)) return true;
    const current = await this.repository.findPasswordHash(user.id);
    return ['right', 'outdated'].includes(await this.passwords.judge(password, current));
  }

  private async upgradeHash(user: User, stored: string, password: string): Promise<void> {
    try {
      await this.replaceHash(user, stored, password);
    } catch (error) {
      if (!(error instanceof TemporarilyUnavailableError)) throw error;
      this.logger.warn('The server is busy, so a password keeps its old hash until a later login.');
    }
  }

  /** The condition contains the old hash, so that a password which was changed meanwhile stays changed. */
  private async replaceHash(user: User, stored: string, password: string): Promise<boolean> {
    const where = { id: user.id, passwordHash: stored } as FindOptionsWhere<User>;
    return this.repository.update(where, { passwordHash: await this.passwords.hash(password) });
  }
}
