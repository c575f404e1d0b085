import { Inject, Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { NotAllowedError } from '../common/users-error.js';
import { HookRunner } from './hook-runner.js';
import { Limits } from './limits/limits.js';
import type { BaseUser } from './user.entity.js';
import { type NewFields, ownFields, type UserFields } from './user-fields.js';
import { UserWriter } from './user-writer.js';
import { UserEvents, UserEventsEmitter } from './users.events.js';
import type { UsersMails } from './users.mails.js';
import type { AlongNewUser } from './users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** What a way to register adds to the fields that came. */
export interface RegistrationExtras {
  /** Whether the address is known to be the user's. Default false. */
  verify?: boolean;
  /** What is inserted together with the user, or not at all. */
  along?: AlongNewUser;
}

/** How users come to be by their own wish, whichever way they take. The service is whose hooks run. */
@Injectable()
export class Registrations<User extends BaseUser = BaseUser> {
  constructor(
    private readonly writer: UserWriter<User>,
    private readonly limits: Limits,
    private readonly hooks: HookRunner,
    private readonly events: UserEventsEmitter,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
  ) {}

  /** @throws {UserAlreadyExistsError}, {UsersError} `REGISTER_INVALID_PASSWORD`, {TooManyAttemptsError} */
  async register(
    service: UsersMails<User>,
    data: UserFields<User>,
    request?: HttpRequest,
    { verify = false, along }: RegistrationExtras = {},
  ): Promise<User> {
    await this.limits.registration(request);
    const fields = await this.prepare(service, data, request);
    const user = await this.writer.insert({ ...fields, isVerified: verify }, along);
    await this.welcome(service, user, request);
    return user;
  }

  /**
   * The same is done, and nothing comes back, whether somebody has the identifier: the row is written after the
   * answer, or the owner of the existing one is told.
   */
  async registerConcealed(
    service: UsersMails<User>,
    data: UserFields<User>,
    request?: HttpRequest,
  ): Promise<void> {
    await this.limits.registration(request);
    const fields = await this.prepare(service, data, request);
    const known = await this.writer.findKnown(fields);
    if (known) {
      service.warnOfAttempt(known, request);
      return;
    }
    this.hooks.later('A concealed registration', async () =>
      this.welcome(service, await this.writer.insert(fields), request),
    );
  }

  private async prepare(
    service: UsersMails<User>,
    data: UserFields<User>,
    request?: HttpRequest,
  ): Promise<NewFields> {
    const own = ownFields(data);
    const hook = () => service.preRegistrationHook(own as never, request);
    const notAllowed = (cause: unknown) => new NotAllowedError(undefined, { cause });
    await this.hooks.refuseBy('preRegistrationHook', hook, notAllowed);
    const rules = (password: string, user: UserFields) =>
      service.validatePassword(password, user as Partial<User>);
    return { isActive: true, isVerified: false, ...(await this.writer.prepare(own, rules)) };
  }

  private async welcome(service: UsersMails<User>, user: User, request?: HttpRequest): Promise<void> {
    if (this.settings.requireVerification) service.initiateVerification(user, request);
    await this.hooks.after('postRegistrationHook', () => service.postRegistrationHook(user, request));
    this.events.emit(UserEvents.Registered, user);
  }
}
