import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { BackendLogins } from '../../authentication/backend-logins.js';
import type { CurrentPasswordDto } from '../../authentication/current-password.dto.js';
import { replaceToken } from '../../authentication/replace-token.js';
import { Reauthentication } from '../../authentication/reauthentication.js';
import { Authority } from '../../authorization/authority.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { NotAuthenticatedError } from '../../common/users-error.js';
import { ifLate } from '../../common/late-write.js';
import { definedFields } from '../../common/defined-fields.js';
import { isSameId } from '../../database/entity-id.js';
import type { BaseUser } from '../../users/user.entity.js';
import { isChanged, normalizeFields, ownFields, type UserFields } from '../../users/user-fields.js';
import { UsersRepository } from '../../users/users.repository.js';
import { EmailChange } from '../../accounts/email-change.js';
import { HostMoments } from '../../accounts/moments.js';
import type { UserUpdateDto } from '../../users/users.dto.js';
import {
  EmailAlreadyExistsError,
  EmailChangeNotAllowedError,
  UserChangedMeanwhileError,
  UserNotFoundError,
} from '../../users/users.errors.js';
import { UsersService } from '../../accounts/users.service.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../../accounts/accounts.settings.js';
import { CURRENT_USER_SETTINGS, type CurrentUserSettings } from './current-user.options.js';

/**
 * Changes and deletes the user's own account. A user may change less than an administrator, and must prove
 * their identity for a sensitive change.
 */
@Injectable()
export class CurrentUserService {
  constructor(
    private readonly users: UsersService,
    private readonly moments: HostMoments,
    private readonly emailChange: EmailChange,
    private readonly repository: UsersRepository,
    private readonly reauthentication: Reauthentication,
    private readonly logins: BackendLogins,
    private readonly authority: Authority,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
    @Inject(CURRENT_USER_SETTINGS) private readonly own: CurrentUserSettings,
  ) {}

  async update(
    identity: Identity,
    body: UserUpdateDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<BaseUser> {
    const { currentPassword, ...wanted } = ownFields(definedFields(body));
    const changes = normalizeFields(wanted, this.settings);
    if (this.own.emailChange === false && isChanged(changes, identity.user, ['email'])) {
      throw new EmailChangeNotAllowedError();
    }
    if (this.isSensitive(changes, identity.user)) {
      await this.reauthentication.require(identity, request, this.own.freshLoginSeconds, currentPassword);
    }

    const newEmail = this.takeEmailToConfirm(changes, identity.user);
    if (newEmail !== undefined) await this.requireChangeable(identity.user, newEmail, request);
    // An address that must still be confirmed is not a change yet, also not for hooks and events.
    const isChange = newEmail === undefined || Object.keys(changes).length > 0;
    const change = isChange ? this.change(identity, changes, request) : this.requireLogin(identity);
    const confirm = async (user: BaseUser, token?: string) => {
      const login = this.logins.referenceOf(identity, token);
      if (newEmail !== undefined) await this.askToConfirm(user, newEmail, request, login);
    };
    const updated = await ifLate(change, confirm);
    // The confirmation depends on this login, which may have a new token by now.
    const token =
      changes.password === undefined ? undefined : await replaceToken(identity, request, response);
    await confirm(updated, token);
    return updated;
  }

  /** @throws {ReauthenticationRequiredError}, {LastSuperuserError}, {TooManyAttemptsError} */
  async remove(
    identity: Identity,
    { currentPassword }: CurrentPasswordDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<void> {
    await this.reauthentication.require(identity, request, this.own.freshLoginSeconds, currentPassword);
    const preconditions = this.authority.ofOwnAccount(identity);
    await orEnded(identity, this.users.deleteUser(identity.user, request, preconditions));
    identity.backend.transport.clear?.(response);
  }

  /** Nothing is written, so nothing asks whether the login still goes on. */
  private async requireLogin(identity: Identity): Promise<BaseUser> {
    const { user } = identity;
    await this.repository.requireAll({ id: user.id }, this.authority.ofOwnAccount(identity));
    return user;
  }

  /** Takes an address that must be confirmed first out of the changes. */
  private takeEmailToConfirm(changes: UserFields, user: BaseUser): string | undefined {
    const { email } = changes;
    if (this.own.emailChange !== 'confirmed' || email === undefined || email === user.email) return undefined;
    delete changes.email;
    return email;
  }

  private async requireChangeable(user: BaseUser, email: string, request: HttpRequest): Promise<void> {
    await this.moments.of(this.users, request).beforeUpdate(user, { email });
    if (this.settings.concealsExisting) return;
    const holder = await this.repository.findHolder('email', email);
    if (holder && !isSameId(holder.id, user.id)) throw new EmailAlreadyExistsError();
  }

  /**
   * If registration is concealed and another user has the address, that user is told. The answer is the same.
   */
  private async askToConfirm(
    user: BaseUser,
    email: string,
    request: HttpRequest,
    login: string | undefined,
  ): Promise<void> {
    const { concealsExisting } = this.settings;
    const owner = concealsExisting ? await this.repository.findHolder('email', email) : undefined;
    if (owner && !isSameId(owner.id, user.id))
      this.emailChange.warnOwner(owner, this.moments.of(this.users, request));
    else this.users.mailEmailChange(user, email, request, login);
  }

  private isSensitive(changes: UserFields, user: BaseUser): boolean {
    return (
      changes.password !== undefined || isChanged(changes, user, ['email', ...this.settings.identifiers])
    );
  }

  private change(identity: Identity, changes: UserFields, request: HttpRequest): Promise<BaseUser> {
    const preconditions = this.authority.ofOwnAccount(identity);
    return orEnded(identity, this.users.updateUser(identity.user, changes, request, preconditions));
  }
}

/** A raised tokenVersion, and a user who is gone, mean that the login of this request has ended. */
async function orEnded<T>({ backend }: Identity, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const hasEnded = [UserChangedMeanwhileError, UserNotFoundError].some((type) => error instanceof type);
    throw hasEnded ? new NotAuthenticatedError(backend.transport.challenge) : error;
  }
}
