import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import type { CurrentPasswordDto } from '../../authentication/current-password.dto.js';
import { replaceToken } from '../../authentication/replace-token.js';
import { Reauthentication } from '../../authentication/reauthentication.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { NotAuthenticatedError } from '../../common/users-error.js';
import { definedFields } from '../../common/defined-fields.js';
import type { BaseUser } from '../../users/user.entity.js';
import { isChanged, normalizeFields, ownFields, type UserFields } from '../../users/user-fields.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { UserUpdateDto } from '../../users/users.dto.js';
import { EmailAlreadyExistsError, UserChangedMeanwhileError } from '../../users/users.errors.js';
import { UsersService } from '../../users/users.service.js';
import { USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
import { CURRENT_USER_SETTINGS, type CurrentUserSettings } from './current-user.options.js';

/** What users change of themselves: less than an administrator may, and not without proof of who they are. */
@Injectable()
export class CurrentUserService {
  constructor(
    private readonly users: UsersService,
    private readonly repository: UsersRepository,
    private readonly reauthentication: Reauthentication,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
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
    if (this.isSensitive(changes, identity.user)) {
      await this.reauthentication.require(identity, request, this.own.requireFreshLogin, currentPassword);
    }

    const newEmail = this.takeEmailToConfirm(changes, identity.user);
    if (newEmail !== undefined) await this.requireChangeable(identity.user, newEmail, request);
    // An address that waits to be confirmed is no change yet, for hooks and events neither.
    const isChange = newEmail === undefined || Object.keys(changes).length > 0;
    const updated = isChange ? await this.change(identity, changes, request) : identity.user;
    if (newEmail !== undefined) await this.askToConfirm(updated, newEmail, request);
    if (changes.password !== undefined) await replaceToken(identity, updated, request, response);
    return updated;
  }

  /** @throws {ReauthenticationRequiredError}, {LastSuperuserError}, {TooManyAttemptsError} */
  async remove(
    identity: Identity,
    { currentPassword }: CurrentPasswordDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<void> {
    await this.reauthentication.require(identity, request, this.own.requireFreshLogin, currentPassword);
    await this.users.deleteUser(identity.user, request);
    identity.backend.transport.clear?.(response);
  }

  /** Takes an address that must be confirmed first out of the changes. */
  private takeEmailToConfirm(changes: UserFields, user: BaseUser): string | undefined {
    const { email } = changes;
    if (this.own.emailChange !== 'confirmed' || email === undefined || email === user.email) return undefined;
    delete changes.email;
    return email;
  }

  private async requireChangeable(user: BaseUser, email: string, request: HttpRequest): Promise<void> {
    await this.users.checkUpdate(user, { email }, request);
    if (!this.settings.concealsExisting && (await this.repository.findByEmail(email))) {
      throw new EmailAlreadyExistsError();
    }
  }

  /** Whoever has the address already is told, where the answer must not. */
  private async askToConfirm(user: BaseUser, email: string, request: HttpRequest): Promise<void> {
    const owner = this.settings.concealsExisting ? await this.repository.findByEmail(email) : undefined;
    if (owner) this.users.warnOfAttempt(owner, request);
    else this.users.initiateEmailChange(user, email, request);
  }

  private isSensitive(changes: UserFields, user: BaseUser): boolean {
    const { identifier } = this.settings;
    return changes.password !== undefined || isChanged(changes, user, ['email', identifier]);
  }

  private async change(identity: Identity, changes: UserFields, request: HttpRequest): Promise<BaseUser> {
    try {
      return await this.users.updateUser(identity.user, changes, request);
    } catch (error) {
      // Whoever raised the tokenVersion meanwhile ended the login that this request came by.
      if (error instanceof UserChangedMeanwhileError) {
        throw new NotAuthenticatedError(identity.backend.transport.challenge);
      }
      throw error;
    }
  }
}
