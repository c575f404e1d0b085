import { Injectable } from '@nestjs/common';
import { andThen } from '../common/late-write.js';
import type { BaseUser } from '../users/user.entity.js';
import { AlreadyVerifiedError, BadVerifyTokenError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import { AccountMails } from './account-mails.js';
import { AccountTokens } from './account-tokens.js';
import { EmailChange } from './email-change.js';
import type { Moments } from './moments.js';
import { UserWriter } from './user-writer.js';

const HOOK = 'sendVerificationToken';

/** Lets a user prove access to the mailbox of their address. */
@Injectable()
export class Verification<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly mails: AccountMails<User>,
    private readonly tokens: AccountTokens<User>,
    private readonly writer: UserWriter<User>,
    private readonly emailChange: EmailChange<User>,
  ) {}

  /**
   * Mails a token to a typed address if an unverified, active user has it. The answer does not reveal whether a
   * user has it.
   */
  async request(email: string, moments: Moments<User>): Promise<void> {
    await this.mails.sendIfKnown(HOOK, email, moments.request, (user) =>
      needsToken(user) ? this.send(user, moments) : undefined,
    );
  }

  /** Mails a token to a user, unless the user is inactive or already verified. */
  mail(user: User, moments: Moments<User>): void {
    if (!needsToken(user)) return;
    this.mails.sendAlong(HOOK, user.email, moments.request, () => this.send(user, moments));
  }

  /**
   * As {@link mail}, right after a registration. This mail has its own limit, which requests of other clients
   * do not use up.
   */
  mailNewcomer(user: User, moments: Moments<User>): void {
    if (!needsToken(user)) return;
    this.mails.sendNotice(HOOK, user.email, moments.request, () => this.send(user, moments));
  }

  send(user: User, moments: Moments<User>): Promise<void> {
    return moments.sendToken('verification', user, () => this.tokens.mint('verification', user));
  }

  /**
   * Verifies the address that the token was mailed to. The token of a change of address sets the user's new
   * address.
   * @throws {BadVerifyTokenError}, {AlreadyVerifiedError}, {EmailAlreadyExistsError}
   */
  async verify(token: string, moments: Moments<User>): Promise<User> {
    const user = await this.tokens.findOwner('verification', token);
    if (!user) return this.emailChange.confirm(token, moments);
    if (user.isVerified) throw new AlreadyVerifiedError();

    return andThen(this.writer.verify(user), async (isFirst) => {
      if (!isFirst) throw await this.whyNot(user);
      user.isVerified = true;
      await moments.after('verified', user);
      return user;
    });
  }

  private async whyNot({ id }: User): Promise<Error> {
    const now = await this.repository.findById(id);
    return now?.isVerified ? new AlreadyVerifiedError() : new BadVerifyTokenError();
  }
}

const needsToken = ({ isActive, isVerified }: BaseUser): boolean => isActive && !isVerified;
