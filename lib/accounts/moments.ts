import { Injectable } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from '../common/http.js';
import { NotAllowedError } from '../common/users-error.js';
import type { BaseUser } from '../users/user.entity.js';
import type { UserFields } from '../users/user-fields.js';
import { BadCredentialsError } from '../users/users.errors.js';
import type { TokenPurpose } from './account-tokens.js';
import { HookRunner } from './hook-runner.js';
import { UserEvents, UserEventsEmitter } from './users.events.js';
import { type LegacyLoginAttempt, type LoginAttempt, UsersHooks } from './users.hooks.js';

/** The hook and the event after each kind of change is stored. */
const AFTER = {
  registered: ['postRegistrationHook', UserEvents.Registered],
  verified: ['postVerificationHook', UserEvents.Verified],
  passwordReset: ['postPasswordResetHook', UserEvents.PasswordReset],
  updated: ['postUpdateHook', UserEvents.Updated],
  deleted: ['postDeleteHook', UserEvents.Deleted],
  restored: ['postRestoreHook', UserEvents.Restored],
  loggedOut: ['postLogoutHook', UserEvents.LoggedOut],
} as const;

/** The mails with a token, and the event for a request of each. */
const MAILS = {
  verification: ['sendVerificationToken', UserEvents.VerificationRequested],
  'reset-password': ['sendPasswordResetToken', UserEvents.PasswordResetRequested],
} as const satisfies Record<TokenPurpose, object>;

const notAllowed = (cause: unknown) => new NotAllowedError(undefined, { cause });

/** Runs the host's hooks and emits the events for one request. */
export class Moments<User extends BaseUser = BaseUser> {
  /**
   * @param host the instance of the host's service for this request; the service may be request-scoped
   * @param request absent in a job
   */
  constructor(
    private readonly host: UsersHooks<User>,
    readonly request: HttpRequest | undefined,
    private readonly runner: HookRunner,
    private readonly events: UserEventsEmitter,
  ) {}

  /** @returns the refusal of `preLoginHook`; `undefined` if it does not refuse */
  loginRefusal(attempt: LoginAttempt): Promise<Error | undefined> {
    const hook = async () => {
      if ((await this.host.preLoginHook(attempt, this.request)) === false) throw new BadCredentialsError();
    };
    return this.runner.refusal('preLoginHook', hook, (cause) => new BadCredentialsError(cause));
  }

  /** Whether the host judges first logins by an earlier system. */
  get hasLegacyLogin(): boolean {
    return this.host.legacyLogin !== UsersHooks.prototype.legacyLogin;
  }

  /** @returns what the host's hook returned, which may be anything */
  async legacyLogin(attempt: LegacyLoginAttempt, user: User | undefined): Promise<unknown> {
    return this.host.legacyLogin(attempt, user, this.request);
  }

  /** @throws the refusal of `postLoginHook` */
  async beforeToken(user: User, response: HttpResponse): Promise<void> {
    const hook = () => {
      const returned = this.host.postLoginHook(user, this.request, response);
      // `(…, response) => response.header(…)` returns Fastify's reply, which is thenable. Awaiting it would
      // never end.
      return returned === response ? undefined : returned;
    };
    await this.runner.refuseBy('postLoginHook', hook, (cause) => new BadCredentialsError(cause));
  }

  loggedIn(user: User): void {
    this.events.emit(UserEvents.LoggedIn, user, this.request);
  }

  /** @throws the refusal of `preRegistrationHook` */
  async beforeRegistration(data: UserFields<User>): Promise<void> {
    const hook = () => this.host.preRegistrationHook(data as never, this.request);
    await this.runner.refuseBy('preRegistrationHook', hook, notAllowed);
  }

  /** @throws the refusal of `preUpdateHook` */
  async beforeUpdate(user: User, changes: UserFields<User>): Promise<void> {
    const hook = () => this.host.preUpdateHook(user, changes as never, this.request);
    await this.runner.refuseBy('preUpdateHook', hook, notAllowed);
  }

  /** @throws the refusal of `preDeleteHook` */
  async beforeDeletion(user: User): Promise<void> {
    await this.runner.refuseBy(
      'preDeleteHook',
      () => this.host.preDeleteHook(user, this.request),
      notAllowed,
    );
  }

  /**
   * Runs the hook and emits the event after the change is stored. A failure of either does not undo the change.
   * @param changes the changed fields of an update
   */
  async after(moment: keyof typeof AFTER, user: User, changes?: Partial<User>): Promise<void> {
    const [hook, event] = AFTER[moment];
    await this.runner.after(hook, () =>
      hook === 'postUpdateHook'
        ? this.host.postUpdateHook(user, changes ?? {}, this.request)
        : this.host[hook](user, this.request),
    );
    this.events.emit(event, user, this.request);
  }

  /** The host's own rules for a new password. */
  readonly rules = (password: string, user: UserFields): unknown =>
    this.host.validatePassword(password, user as Partial<User>);

  /**
   * Emits the event for a requested token, and calls the host's hook that mails it.
   * @param makeToken is called only now, so that the token's lifetime starts when it is mailed
   */
  async sendToken(purpose: TokenPurpose, user: User, makeToken: () => Promise<string>): Promise<void> {
    const [, event] = MAILS[purpose];
    this.events.emit(event, user, this.request);
    await this.sendTokenWithoutEvent(purpose, user, makeToken);
  }

  /** As {@link sendToken}, but without the event, because no client requested a token by itself. */
  async sendTokenWithoutEvent(
    purpose: TokenPurpose,
    user: User,
    makeToken: () => Promise<string>,
  ): Promise<void> {
    const [hook] = MAILS[purpose];
    await this.host[hook](user, await makeToken(), this.request);
  }

  async sendEmailChangeNotice(user: User, previousEmail: string): Promise<void> {
    await this.host.sendEmailChangeNotice(user, previousEmail, this.request);
  }

  async sendRegistrationAttempt(owner: User): Promise<void> {
    await this.host.sendRegistrationAttempt(owner, this.request);
  }
}

/** Creates the {@link Moments} of a request. */
@Injectable()
export class HostMoments {
  constructor(
    private readonly runner: HookRunner,
    private readonly events: UserEventsEmitter,
  ) {}

  of<User extends BaseUser>(host: UsersHooks<User>, request?: HttpRequest): Moments<User> {
    return new Moments(host, request, this.runner, this.events);
  }
}
