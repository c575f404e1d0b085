import { Injectable } from '@nestjs/common';
import { andThen } from '../common/late-write.js';
import type { BaseUser } from '../users/user.entity.js';
import { BadResetTokenError, UserInactiveError } from '../users/users.errors.js';
import { AccountMails } from './account-mails.js';
import { AccountTokens } from './account-tokens.js';
import { HookRunner } from './hook-runner.js';
import { Limits } from './limits/limits.js';
import type { Moments } from './moments.js';
import { UserWriter } from './user-writer.js';

const HOOK = 'sendPasswordResetToken';

/** Lets a user set a password without the old one, with a token from a mail. */
@Injectable()
export class PasswordReset<User extends BaseUser = BaseUser> {
  constructor(
    private readonly mails: AccountMails<User>,
    private readonly tokens: AccountTokens<User>,
    private readonly writer: UserWriter<User>,
    private readonly limits: Limits,
    private readonly runner: HookRunner,
  ) {}

  /**
   * Mails a token to a typed address if an active user has it. The answer does not reveal whether a user has
   * it.
   */
  async request(email: string, moments: Moments<User>): Promise<void> {
    await this.mails.sendIfKnown(HOOK, email, moments.request, (user) =>
      user.isActive ? this.send(user, moments) : undefined,
    );
  }

  /**
   * Mails a reset token to a user, at an administrator's request.
   * @throws {UserInactiveError}, {TooManyAttemptsError}
   */
  async mail(user: User, moments: Moments<User>): Promise<void> {
    if (!user.isActive) throw new UserInactiveError();
    await this.limits.mail(user.email, moments.request);
    this.runner.later(HOOK, () => this.send(user, moments));
  }

  /** Mails a new user the token for the first password. Using it also verifies the address. */
  mailInvitation(user: User, lifetimeSeconds: number, moments: Moments<User>): void {
    const makeToken = () => this.tokens.mintInvitation(user, lifetimeSeconds);
    this.runner.later(HOOK, () => moments.sendTokenWithoutEvent('reset-password', user, makeToken));
  }

  /**
   * Sets a new password and invalidates every token of the user, also this one.
   * @throws {BadResetTokenError}, {InvalidResetPasswordError}
   */
  async reset(token: string, password: string, moments: Moments<User>): Promise<User> {
    await this.limits.passwordReset(moments.request);
    const reset = await this.tokens.findReset(token);
    if (!reset) throw new BadResetTokenError();

    return andThen(this.writer.resetPassword(reset, password, moments.rules), async (isFirst) => {
      if (!isFirst) throw new BadResetTokenError();
      const { user } = reset;
      user.tokenVersion += 1;
      await this.limits.forgetClientsOf(user);
      await moments.after('passwordReset', user);
      return user;
    });
  }

  private send(user: User, moments: Moments<User>): Promise<void> {
    return moments.sendToken('reset-password', user, () => this.tokens.mint('reset-password', user));
  }
}
