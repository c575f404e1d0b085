// The names of parameters are what an editor shows: the default of each hook uses none of them.
// oxlint-disable no-unused-vars
import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';

/** Your hook {@link UsersHooks.validatePassword} refuses a new password. The user sees `reason`. */
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

/** What {@link UsersHooks.legacyLogin} judges. */
export interface LegacyLoginAttempt {
  /** The identifier in the stored form: an address in lower case, for example. */
  identifier: string;
  /** The password in clear text. */
  password: string;
  /** Is aborted when the library waits no longer. Give it to `fetch()`, for example. */
  signal: AbortSignal;
}

/** The user whom {@link UsersHooks.legacyLogin} found in the earlier system. */
export type LegacyUser<User extends BaseUser = BaseUser> = {
  [Name in Exclude<keyof User, 'passwordHash' | 'tokenVersion' | 'updatedAt'>]?: User[Name];
} & {
  /** Whether the earlier system has verified that the address is the user's. */
  isVerified: boolean;
};

/** What a hook returns. The library waits for a promise, and uses no value. */
export type HookResult = unknown;

/**
 * The hooks: methods that a host overrides in its own service to add to what happens at each moment. All hooks are
 * optional, and all may be asynchronous. `request` is `undefined` if no request is under way, as in a job.
 *
 * A hook that can refuse (`pre…`, `postLoginHook`, `validatePassword`) refuses by throwing: an `HttpException` becomes the
 * answer; any other error is logged, and the answer is the one that its `@refusal` names. Every other `post…` hook runs
 * after the change is stored: an error of it is logged and changes nothing. No hook runs inside a transaction.
 */
export abstract class UsersHooks<User extends BaseUser = BaseUser> {
  /**
   * Runs before the library checks a login, for known and unknown users alike. At a login by a provider, it runs after the
   * provider has said which account it is. The library answers a refusal after the hash of the password, so its time does
   * not show whether the user exists.
   * @param attempt a [`LoginAttempt`](../../docs/hooks-and-events.md#loginattempt)
   * @refusal `false` or an error refuses the login with `400 LOGIN_BAD_CREDENTIALS`.
   * @example
   * override async preLoginHook({ captcha }: LoginAttempt) {
   *   return this.captchas.isRight(String(captcha));
   * }
   */
  preLoginHook(attempt: LoginAttempt, request?: HttpRequest): boolean | void | Promise<boolean | void> {
    return true;
  }

  /**
   * Judges the first login of a user by [an earlier system](../../docs/hashes-from-elsewhere.md#a-system-that-gives-no-hashes)
   * whose password hashes you do not have. It runs only for a user who is unknown here, or who is active and has no usable
   * hash. After a yes, the library stores the user and a hash of the password, and does not ask again for this user. A throw,
   * or no answer within `passwords.legacyLoginSeconds`, is logged, and the login fails as with a wrong password.
   * @param attempt a [`LegacyLoginAttempt`](../../docs/hashes-from-elsewhere.md#a-system-that-gives-no-hashes)
   * @param user the user without a usable hash; `undefined` for an unknown one
   * @returns for right credentials, the fields of the user with `isVerified`; for wrong ones, nothing or `false`
   * @example
   * override async legacyLogin({ identifier, password, signal }: LegacyLoginAttempt) {
   *   const account = await this.oldShop.logIn(identifier, password, { signal });
   *   return account && { fullName: account.name, isVerified: account.emailConfirmed };
   * }
   */
  legacyLogin(
    attempt: LegacyLoginAttempt,
    user: User | undefined,
    request?: HttpRequest,
  ): LegacyUser<User> | false | void | null | Promise<LegacyUser<User> | false | void | null> {
    return undefined;
  }

  /**
   * Runs after the credentials are known to be right, and before the token is made. Header fields that the hook sets on
   * `response` are sent.
   * @refusal An error refuses the login with `400 LOGIN_BAD_CREDENTIALS`.
   * @example
   * override postLoginHook(user: User) {
   *   if (user.isSuspended) throw new ForbiddenException('This account is suspended.');
   * }
   */
  postLoginHook(user: User, request?: HttpRequest, response?: HttpResponse): HookResult {
    return undefined;
  }

  /**
   * Runs before the library checks a registration. The hook may change `data`.
   * @refusal An error refuses the registration with `403`.
   */
  preRegistrationHook(data: Partial<User> & { password?: string }, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after the registered user is stored. */
  postRegistrationHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after the address of a user is verified. */
  postVerificationHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a user has set a new password by a mailed token, and the password is stored. */
  postPasswordResetHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Runs before a user is changed. The hook may change `changes`.
   * @param changes the new values; `password` is the new password in clear text
   * @refusal An error refuses the change with `403`.
   */
  preUpdateHook(
    user: User,
    changes: Partial<User> & { password?: string },
    request?: HttpRequest,
  ): HookResult {
    return undefined;
  }

  /**
   * Runs after the changes of a user are stored.
   * @param changes the fields that were written, without the password
   */
  postUpdateHook(user: User, changes: Partial<User>, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Runs before a user is deleted.
   * @refusal An error refuses the deletion with `403`.
   */
  preDeleteHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after a user is deleted. */
  postDeleteHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Runs after `restoreUser()` has restored a [softly deleted](../../docs/features/user-management.md#soft-deletion) user.
   */
  postRestoreHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /** Runs after `logout` or `logout-all` has ended the login. */
  postLogoutHook(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Checks a new password by your own rules, in addition to the option `passwords`. It runs for each new password whose
   * length is allowed, wherever it is set.
   * @param user what is known of the user: at a registration the fields that were sent, without an id
   * @refusal An `InvalidPasswordError` refuses the password with the route's `…_INVALID_PASSWORD`, and the user sees its
   * reason. An error that is neither this nor an `HttpException` refuses the password without a reason.
   * @throws {InvalidPasswordError} with a reason that the user sees
   * @example
   * override validatePassword(password: string, user: Partial<User>) {
   *   if (password.includes(String(user.email))) throw new InvalidPasswordError('The password contains your address.');
   * }
   */
  validatePassword(password: string, user: Partial<User>): HookResult {
    return undefined;
  }

  /**
   * Mails the token that verifies `user.email`. For a
   * [change of the address](../../docs/features/current-user.md#a-new-address) that must be confirmed, `user.email` is the
   * new address. It runs at a random moment within a second after the answer, so that neither its time nor its failure
   * tells a client whether the account exists; a failure is logged. Put work that takes long into a queue: it would delay
   * other requests, and a client could measure that.
   * @example
   * override sendVerificationToken(user: User, token: string) {
   *   return this.mailer.send(user.email, `https://app.example.com/verify?token=${token}`);
   * }
   */
  sendVerificationToken(user: User, token: string, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Mails the token that sets a new password, to a user who forgot the password, and to an invited user. It runs after the
   * answer, as {@link sendVerificationToken} does.
   */
  sendPasswordResetToken(user: User, token: string, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Tells the reader of `previousEmail` that it is no longer the address of the user, also if an administrator changed it.
   * So the owner of a hijacked account can act. It runs after the answer, as {@link sendVerificationToken} does.
   */
  sendEmailChangeNotice(user: User, previousEmail: string, request?: HttpRequest): HookResult {
    return undefined;
  }

  /**
   * Tells the owner of `user.email` that a client tried to register this address again, or that another user tried to
   * change to it. It runs only with `registration.concealExisting`, and after the answer, as {@link sendVerificationToken}
   * does.
   */
  sendRegistrationAttempt(user: User, request?: HttpRequest): HookResult {
    return undefined;
  }
}
