import { Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { NotAllowedError } from '../common/users-error.js';
import { preLoginRefusal, requireAdmitted } from './admission.js';
import type { PasswordRules } from './user-writer.js';
import type { BaseUser, UserId } from './user.entity.js';
import { normalizeFields, type UserFields } from './user-fields.js';
import type { LoginDto } from './users.dto.js';
import {
  AlreadyVerifiedError,
  BadCredentialsError,
  BadResetTokenError,
  BadVerifyTokenError,
  UserNotFoundError,
} from './users.errors.js';
import { UserEvents } from './users.events.js';
import { UsersMails } from './users.mails.js';

/**
 * Everything that can be done to a user account, with or without a request. A host extends it to override the
 * hooks; its own constructor is free, because this class injects by property.
 */
@Injectable()
export class UsersService<User extends BaseUser = BaseUser> extends UsersMails<User> {
  /**
   * Makes a user as an administrator, a job or a command line does: any field may be set, and no hook runs.
   * @throws {UserAlreadyExistsError}, {@link UsersError} `REGISTER_INVALID_PASSWORD`
   */
  async addUser(user: UserFields<User>, { verify = false, activate = true } = {}): Promise<User> {
    const fields = await this.tools.writer.prepare(user, this.rules);
    return this.tools.writer.insert({ ...fields, isVerified: verify, isActive: activate });
  }

  /**
   * Registers a user with the fields that users may set themselves, and mails the verification token where
   * `requireVerification` asks for it. Without `password` the user has none.
   * @throws {UserAlreadyExistsError}, {@link UsersError} `REGISTER_INVALID_PASSWORD`
   */
  register(data: UserFields<User>, request?: HttpRequest): Promise<User> {
    return this.tools.registrations.register(this, data, request);
  }

  /**
   * As {@link register}, but what is done, and what comes back, is the same for a known identifier: the row is
   * written after the answer, or the owner of the existing one is told.
   */
  registerConcealed(data: UserFields<User>, request?: HttpRequest): Promise<void> {
    return this.tools.registrations.registerConcealed(this, data, request);
  }

  /**
   * Changes any field as an administrator does. A new address is unverified unless `changes` says otherwise; a new
   * password, and deactivation, end every token.
   * @throws {UserNotFoundError}, {EmailAlreadyExistsError}, {@link UsersError} `UPDATE_USER_INVALID_PASSWORD`
   */
  async updateUser(target: User | UserId, changes: UserFields<User>, request?: HttpRequest): Promise<User> {
    const { hooks, events, settings, writer } = this.tools;
    const user = await this.loaded(target);
    await this.checkUpdate(user, changes, request);

    const fields: UserFields = normalizeFields(changes, settings);
    if (fields.email === user.email) delete fields.email;
    if (fields.email !== undefined) fields.isVerified ??= false;
    await writer.change(user, fields, this.rules);
    const { password: _, ...stored } = fields;

    const updated = await this.getUser(user.id);
    if (fields.email !== undefined) {
      if (settings.requireVerification) this.initiateVerification(updated, request);
      this.tellPrevious(updated, user.email, request);
    }
    await hooks.after('postUpdateHook', () => this.postUpdateHook(updated, stored as Partial<User>, request));
    events.emit(UserEvents.Updated, updated);
    return updated;
  }

  /**
   * Asks the host's `preUpdateHook` alone, before a change that is not made yet: an address that must be confirmed.
   * @throws what the hook refuses with
   */
  async checkUpdate(user: User, changes: UserFields<User>, request?: HttpRequest): Promise<void> {
    const hook = () => this.preUpdateHook(user, changes as never, request);
    await this.tools.hooks.refuseBy('preUpdateHook', hook, notAllowed);
  }

  /** @throws {UserNotFoundError}, {@link UsersError} `USER_IN_USE` where other rows still refer to the user */
  async deleteUser(target: User | UserId, request?: HttpRequest): Promise<void> {
    const { hooks, events, repository } = this.tools;
    const user = await this.loaded(target);
    await hooks.refuseBy('preDeleteHook', () => this.preDeleteHook(user, request), notAllowed);

    if (!(await repository.delete(user))) throw new UserNotFoundError();

    await hooks.after('postDeleteHook', () => this.postDeleteHook(user, request));
    events.emit(UserEvents.Deleted, user);
  }

  /**
   * The user whose credentials these are. Upgrades a password's hash that was made by an older scheme.
   * @throws {BadCredentialsError} for an unknown identifier, a wrong password and an inactive user alike
   * @throws {UserNotVerifiedError} only after the right password
   */
  async authenticate(login: LoginDto, request?: HttpRequest): Promise<User> {
    const { hooks, credentials, settings, limits } = this.tools;
    const { [settings.identifier]: given = '', password } = login as unknown as Record<string, string>;
    const identifier = settings.normalizeIdentifier(given);
    let refusal: Error | undefined;
    const user = await limits.guess(identifier, request, async () => {
      refusal = await preLoginRefusal(this, hooks, login, request);
      const found = await credentials.check(identifier, password);
      return refusal ? undefined : found;
    });
    if (!user) throw refusal ?? new BadCredentialsError();
    requireAdmitted(user, settings);
    return user;
  }

  /**
   * Whether this is the password of a user who is loaded already. With a request, a wrong one is a failed login.
   * @throws {TooManyAttemptsError}
   */
  async verifyPassword(user: User, password: string, request?: HttpRequest): Promise<boolean> {
    const { credentials, limits, settings } = this.tools;
    const { [settings.identifier]: account } = user as unknown as Record<string, string>;
    const judge = async () => ((await credentials.checkPassword(user, password)) ? true : undefined);
    return (await limits.guess(account, request, judge)) ?? false;
  }

  /**
   * Verifies the address that the token was mailed to; one of {@link initiateEmailChange} becomes the user's.
   * @throws {BadVerifyTokenError}, {AlreadyVerifiedError}, {EmailAlreadyExistsError}
   */
  async verify(token: string, request?: HttpRequest): Promise<User> {
    const { tokens, writer, hooks, events } = this.tools;
    const user = await tokens.findOwner('verification', token);
    if (!user) return this.confirmEmailChange(token, request);
    if (user.isVerified) throw new AlreadyVerifiedError();

    if (!(await writer.verify(user))) throw await this.whyNotVerified(user.id);

    user.isVerified = true;
    await hooks.after('postVerificationHook', () => this.postVerificationHook(user, request));
    events.emit(UserEvents.Verified, user);
    return user;
  }

  /**
   * Sets a new password and ends every token of the user, this one included.
   * @throws {BadResetTokenError}, {@link UsersError} `RESET_PASSWORD_INVALID_PASSWORD`
   */
  async resetPassword(token: string, password: string, request?: HttpRequest): Promise<User> {
    const { tokens, writer, hooks, events, limits } = this.tools;
    await limits.passwordReset(request);
    const reset = await tokens.findReset(token);
    if (!reset || !(await writer.resetPassword(reset, password, this.rules))) throw new BadResetTokenError();

    const { user } = reset;
    user.tokenVersion += 1;
    await hooks.after('postPasswordResetHook', () => this.postPasswordResetHook(user, request));
    events.emit(UserEvents.PasswordReset, user);
    return user;
  }

  private readonly rules: PasswordRules = (password, user) =>
    this.validatePassword(password, user as Partial<User>);

  private async confirmEmailChange(token: string, request?: HttpRequest): Promise<User> {
    const { tokens, writer, hooks, events } = this.tools;
    const change = await tokens.findEmailChange(token);
    if (!change || !(await writer.changeEmail(change.user, change.newEmail))) throw new BadVerifyTokenError();

    const { user, newEmail } = change;
    const previous = user.email;
    Object.assign(user, { email: newEmail, isVerified: true });
    this.tellPrevious(user, previous, request);
    const changes = { email: newEmail, isVerified: true } as Partial<User>;
    await hooks.after('postVerificationHook', () => this.postVerificationHook(user, request));
    await hooks.after('postUpdateHook', () => this.postUpdateHook(user, changes, request));
    events.emit(UserEvents.Verified, user);
    events.emit(UserEvents.Updated, user);
    return user;
  }

  private tellPrevious(user: User, previousEmail: string, request?: HttpRequest): void {
    this.tools.mails.sendAlong('sendEmailChangeNotice', previousEmail, request, () =>
      this.sendEmailChangeNotice(user, previousEmail, request),
    );
  }

  private async whyNotVerified(id: UserId): Promise<Error> {
    const now = await this.tools.repository.findById(id);
    return now?.isVerified ? new AlreadyVerifiedError() : new BadVerifyTokenError();
  }
}

const notAllowed = (cause: unknown) => new NotAllowedError(undefined, { cause });
