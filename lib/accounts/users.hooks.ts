// The names of parameters are what an editor shows: the default of each hook uses none of them.
// oxlint-disable no-unused-vars
import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';

/** A new password is refused; `reason` is shown to the user. Thrown by {@link UsersHooks.validatePassword}. */
export class InvalidPasswordError extends Error {
  override readonly name = 'InvalidPasswordError';

  constructor(readonly reason: string) {
    super(reason);
  }
}

/** What a client logs in with: the whole body of `dtos.login`, or an account at a provider. */
export interface LoginAttempt {
  /** The identifier as the client sent it. At a login by a provider: the address, or an empty text if the provider gives none. */
  identifier: string;
  password?: string;
  /** The name of the client of `oauth2`, at a login by a provider. */
  provider?: string;
  /** The other fields of the host's `dtos.login`, such as the answer to a captcha. */
  readonly [field: string]: unknown;
}

/** What a hook returns. The library waits for a promise, and uses no value. */
export type HookResult = unknown;

/**
 * The hooks: methods that a host overrides in its own service to add to what happens at each moment. All hooks are
 * optional, and all may be asynchronous. `request` is `undefined` if no request is under way, as in a job.
 *
 * A hook that can refuse (`pre…`, `postLoginHook`, `validatePassword`) refuses by throwing: an `HttpException` becomes the
 * answer; any other error is logged, and the answer is the route's own refusal. Every other `post…` hook runs after the
 * change is stored: an error of it is logged and changes nothing. No hook runs inside a transaction.
 */
export abstract class UsersHooks<User extends BaseUser = BaseUser> {
  /**
   * Runs before a login is judged, for known and unknown users alike. `false` or an error refuses the login with
   * `400 LOGIN_BAD_CREDENTIALS`. The refusal is sent after the password was hashed, so its time tells nothing. At a login
   * by a provider, it runs when the provider has said who the user is.
   * @example
   * override async preLoginHook({ captcha }: LoginAttempt) {
   *   return this.captchas.isRight(String(captcha));
   * }
   */
  preLoginHook(attempt: LoginAttempt, request?: HttpRequest): boolean | void | Promise<boolean | void> {
    return true;
  }

  /**
   * Runs after the credentials were right and before a token is made. An error refuses the login with
   * `400 LOGIN_BAD_CREDENTIALS`. Header fields that the hook sets on `response` are sent.
   * @example
   * override postLoginHook(user: User) {
   *   if (user.isSuspended) throw new ForbiddenException('This account is suspended.');
   * }
   */
  postLoginHook(user: User, request?: HttpRequest, response?: HttpResponse): HookResult {
    return undefined;
  }

  /** Runs before a registration is judged, and may change `data`. An error refuses with `403`. */
  preRegistrationHook(data: Partial<User> & { password?: string }, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a registered user is stored. */
  postRegistrationHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a user's address is verified. */
  postVerificationHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a user has set a new password by a reset token. */
  postPasswordResetHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Runs before a user is changed, and may change `changes`. An error refuses with `403`.
   * @param changes `password` is the new password in clear
   */
  preUpdateHook(
    user: User,
    changes: Partial<User> & { password?: string },
    request?: HttpRequest,
  ): HookResult {
    return undefined;
  }

  /**
   * Runs after a change of a user is stored.
   * @param changes the fields that were written, without the password
   */
  postUpdateHook(user: User, changes: Partial<User>, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs before a user is deleted. An error refuses with `403`. */
  preDeleteHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a user is deleted. */
  postDeleteHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after `restoreUser()` has brought back a user who was softly deleted. */
  postRestoreHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a user has logged out, by `logout` or `logout-all`. */
  postLogoutHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * The host's own rules for new passwords, in addition to the option `passwords`.
   * @param user what is known of the user: at a registration the fields that were sent, without an id
   * @throws {InvalidPasswordError} with a reason that the user is shown
   * @example
   * override validatePassword(password: string, user: Partial<User>) {
   *   if (password.includes(String(user.email))) throw new InvalidPasswordError('The password contains your address.');
   * }
   */
  validatePassword(password: string, user: Partial<User>): HookResult {
    return undefined;
  }

  /**
   * Mails the token that verifies `user.email`. It runs at a random moment within a second after the answer, so that
   * neither its time nor its failure tells a client whether the account exists; a failure is logged. Put work that takes
   * long into a queue: it would delay other requests, and a client could measure that.
   * @example
   * override sendVerificationToken(user: User, token: string) {
   *   return this.mailer.send(user.email, `https://app.example.com/verify?token=${token}`);
   * }
   */
  sendVerificationToken(user: User, token: string, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Mails the token that sets a new password. Runs after the answer, as {@link sendVerificationToken} does. */
  sendPasswordResetToken(user: User, token: string, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Tells the reader of `previousEmail` that the account has another address now, so that the owner of a hijacked account
   * can act. Runs after the answer, as {@link sendVerificationToken} does.
   */
  sendEmailChangeNotice(user: User, previousEmail: string, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Tells the owner of `user.email` that somebody tried to register this address again, or to change to it. Runs only with
   * `registration.concealExisting`, after the answer, as {@link sendVerificationToken} does.
   */
  sendRegistrationAttempt(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }
}
