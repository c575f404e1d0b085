import type { HttpRequest } from '../common/http.js';
import type { TokenPurpose } from './account-tokens.js';
import { UserInactiveError } from './users.errors.js';
import type { BaseUser } from './user.entity.js';
import { UsersReader } from './users.reader.js';

/** Tokens that go out by mail, off the request's path; {@link UsersService} adds what they are good for. */
export abstract class UsersMails<User extends BaseUser = BaseUser> extends UsersReader<User> {
  /** A token of the kind that is mailed, for a host that delivers it by a way of its own. */
  generateToken(user: User, purpose: TokenPurpose): Promise<string> {
    return this.tools.tokens.mint(purpose, user);
  }

  /** Mails a verification token off the request's path; nothing for a user who is inactive or verified already. */
  initiateVerification(user: User, request?: HttpRequest): void {
    if (!user.isActive || user.isVerified) return;
    this.tools.mails.sendAlong(
      'sendVerificationToken',
      user.email,
      request,
      verificationMail(this, user, request),
    );
  }

  /**
   * Mails the new address the token that makes it the user's, by {@link UsersHooks.sendVerificationToken} with the
   * user as they will be: the old address stays until somebody uses the token.
   * @param newEmail normalised
   */
  initiateEmailChange(user: User, newEmail: string, request?: HttpRequest): void {
    const future = Object.assign(Object.create(Object.getPrototypeOf(user) as object) as User, user, {
      email: newEmail,
    });
    this.tools.mails.sendAlong('sendVerificationToken', newEmail, request, async () =>
      this.sendVerificationToken(future, await this.tools.tokens.mintEmailChange(user, newEmail), request),
    );
  }

  /**
   * Mails the user a reset token, as an administrator asks for it.
   * @throws {UserInactiveError}, {TooManyAttemptsError}
   */
  async sendPasswordReset(user: User, request?: HttpRequest): Promise<void> {
    if (!user.isActive) throw new UserInactiveError();
    await this.tools.limits.mail(user.email, request);
    this.tools.hooks.later('sendPasswordResetToken', resetMail(this, user, request));
  }

  /**
   * Mails a new user the token that sets their first password; using it verifies the address.
   * @param lifetimeSeconds how long the token works
   */
  invite(user: User, lifetimeSeconds: number, request?: HttpRequest): void {
    this.tools.hooks.later('sendPasswordResetToken', async () => {
      const token = await this.tools.tokens.mintInvitation(user, lifetimeSeconds);
      await this.sendPasswordResetToken(user, token, request);
    });
  }

  /** Tells the owner of an address that somebody tried to make it theirs. */
  warnOfAttempt(owner: User, request?: HttpRequest): void {
    this.tools.mails.sendAlong('sendRegistrationAttempt', owner.email, request, () =>
      this.sendRegistrationAttempt(owner, request),
    );
  }

  /** As {@link initiateVerification}, for an address as somebody typed it. Never tells whether a user has it. */
  async requestVerification(email: string, request?: HttpRequest): Promise<void> {
    const user = await this.tools.mails.findRecipient(email, request);
    if (!user?.isActive || user.isVerified) return;
    this.tools.hooks.later('sendVerificationToken', verificationMail(this, user, request));
  }

  /** Mails a reset token off the request's path, if an active user has this address. Never tells whether one has. */
  async initiatePasswordReset(email: string, request?: HttpRequest): Promise<void> {
    const user = await this.tools.mails.findRecipient(email, request);
    if (!user?.isActive) return;
    this.tools.hooks.later('sendPasswordResetToken', resetMail(this, user, request));
  }
}

const verificationMail =
  <User extends BaseUser>(service: UsersMails<User>, user: User, request?: HttpRequest) =>
  async () =>
    service.sendVerificationToken(user, await service.generateToken(user, 'verification'), request);

const resetMail =
  <User extends BaseUser>(service: UsersMails<User>, user: User, request?: HttpRequest) =>
  async () =>
    service.sendPasswordResetToken(user, await service.generateToken(user, 'reset-password'), request);
