import { Inject, Injectable } from '@nestjs/common';
import { andThen } from '../common/late-write.js';
import type { BaseUser } from '../users/user.entity.js';
import { BadVerifyTokenError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import { AccountMails } from './account-mails.js';
import { AccountTokens } from './account-tokens.js';
import { Limits } from './limits/limits.js';
import type { Moments } from './moments.js';
import { ONGOING_LOGINS, type OngoingLogins } from './ongoing-logins.js';
import { UserWriter } from './user-writer.js';

/** Changes a user's address. The user must first prove access to the new mailbox. */
@Injectable()
export class EmailChange<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly mails: AccountMails<User>,
    private readonly tokens: AccountTokens<User>,
    private readonly writer: UserWriter<User>,
    private readonly limits: Limits,
    @Inject(ONGOING_LOGINS) private readonly logins: OngoingLogins,
  ) {}

  /**
   * Mails the token for the change to the new address. The hook gets the user with the new address. The stored
   * address stays until the token is used.
   * @param newEmail normalized
   * @param login the login that requests the change; the token is invalid after it has ended
   */
  mail(user: User, newEmail: string, moments: Moments<User>, login?: string): void {
    const future = Object.assign(Object.create(Object.getPrototypeOf(user) as object) as User, user, {
      email: newEmail,
    });
    const makeToken = () => this.tokens.mintEmailChange(user, newEmail, login);
    this.mails.sendAlong('sendVerificationToken', newEmail, moments.request, () =>
      moments.sendTokenWithoutEvent('verification', future, makeToken),
    );
  }

  /**
   * Tells the owner of an address that another user tried to take it. A softly deleted owner is told nothing.
   */
  warnOwner(owner: User, moments: Moments<User>): void {
    // The mail is counted in both cases. Otherwise a client could see by the limit that the address is taken.
    const isTold = !this.repository.isDeleted(owner);
    this.mails.sendAlong('sendRegistrationAttempt', owner.email, moments.request, () =>
      isTold ? moments.sendRegistrationAttempt(owner) : undefined,
    );
  }

  /** @throws {BadVerifyTokenError}, {EmailAlreadyExistsError} */
  async confirm(token: string, moments: Moments<User>): Promise<User> {
    const change = await this.tokens.findEmailChange(token);
    if (!change) throw new BadVerifyTokenError();

    const { user, newEmail, login } = change;
    const preconditions = this.logins.preconditions(user, login, () => new BadVerifyTokenError());
    return andThen(this.writer.changeEmail(user, newEmail, preconditions), async (isFirst) => {
      if (!isFirst) throw new BadVerifyTokenError();
      await this.limits.forgetClientsOf(user);
      const previous = user.email;
      Object.assign(user, { email: newEmail, isVerified: true });
      this.tellPrevious(user, previous, moments);
      await moments.after('verified', user);
      await moments.after('updated', user, { email: newEmail, isVerified: true } as Partial<User>);
      return user;
    });
  }

  tellPrevious(user: User, previousEmail: string, moments: Moments<User>): void {
    this.mails.sendNotice('sendEmailChangeNotice', previousEmail, moments.request, () =>
      moments.sendEmailChangeNotice(user, previousEmail),
    );
  }
}
