import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { BaseUser } from './user.entity.js';

/** A new password is refused; `reason` is shown to the user. Thrown by {@link UsersHooks.validatePassword}. */
export class InvalidPasswordError extends Error {
  override readonly name = 'InvalidPasswordError';

  constructor(readonly reason: string) {
    super(reason);
  }
}

/** What a login is tried with: the body of `dtos.login`, or an account at a provider. */
export interface LoginAttempt {
  /** The identifier; of an account at a provider the address, or an empty text if it tells none. */
  email: string;
  password?: string;
  /** The name of the client of `oauth2`. */
  provider?: string;
}

/**
 * What a host adds at each moment, by overriding it in its own service. All are optional, and all may be
 * asynchronous. `request` is absent when no request is under way (a command line, a job).
 *
 * A refusing hook (`pre…`, `postLoginHook`, `validatePassword`) refuses by throwing: an `HttpException` is the
 * answer; anything else is logged and answers the route's own refusal. Any other `post…` hook runs after the
 * change is stored: what it throws is logged and changes nothing. No hook runs inside a transaction.
 */
export abstract class UsersHooks<User extends BaseUser = BaseUser> {
  /**
   * Before a login is judged, for known and unknown users alike; `false` or a throw refuses it. The refusal is
   * answered after the password's hash, or its time would tell. A login by a provider is judged once the provider
   * has said who it is.
   * Refuses with `400 LOGIN_BAD_CREDENTIALS`.
   */
  preLoginHook(_credentials: LoginAttempt, _request?: HttpRequest): unknown {
    return true;
  }

  /**
   * After the credentials proved right and before a token is made. Header fields that it sets are sent.
   * Refuses with `400 LOGIN_BAD_CREDENTIALS`.
   */
  postLoginHook(_user: User, _request?: HttpRequest, _response?: HttpResponse): unknown {
    return undefined;
  }

  /** Before anything of a registration is judged; may change `data`. Refuses with `403`. */
  preRegistrationHook(_data: Partial<User> & { password?: string }, _request?: HttpRequest): unknown {
    return undefined;
  }

  postRegistrationHook(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }

  postVerificationHook(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }

  postPasswordResetHook(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }

  /** Before a user changes; may change `changes`, where `password` is what was sent. Refuses with `403`. */
  preUpdateHook(
    _user: User,
    _changes: Partial<User> & { password?: string },
    _request?: HttpRequest,
  ): unknown {
    return undefined;
  }

  /** @param _changes what was written, without the password */
  postUpdateHook(_user: User, _changes: Partial<User>, _request?: HttpRequest): unknown {
    return undefined;
  }

  /** Refuses with `403`. */
  preDeleteHook(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }

  postDeleteHook(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }

  postLogoutHook(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }

  /**
   * A host's own rules for new passwords, beside the bounds of the option `passwords`.
   * @param _user the user as far as it is known: at registration the data that came, without an id
   * @throws {InvalidPasswordError} whose reason the user is shown
   */
  validatePassword(_password: string, _user: Partial<User>): unknown {
    return undefined;
  }

  /**
   * Mails the token that verifies `user.email`. Runs after the answer was sent, so neither its time nor its
   * failure tells whether an account exists; a failure is logged.
   */
  sendVerificationToken(_user: User, _token: string, _request?: HttpRequest): unknown {
    return undefined;
  }

  /** Mails the token that sets a new password. Runs after the answer, as {@link sendVerificationToken} does. */
  sendPasswordResetToken(_user: User, _token: string, _request?: HttpRequest): unknown {
    return undefined;
  }

  /**
   * Tells `previousEmail` that it is the user's address no more, so that whoever did not want that can act. Runs
   * after the answer, as {@link sendVerificationToken} does.
   */
  sendEmailChangeNotice(_user: User, _previousEmail: string, _request?: HttpRequest): unknown {
    return undefined;
  }

  /**
   * Tells the owner of `user.email` that somebody tried to register it again, or to make it theirs. Called only with
   * `registration.concealExisting`, after the answer, as {@link sendVerificationToken} is.
   */
  sendRegistrationAttempt(_user: User, _request?: HttpRequest): unknown {
    return undefined;
  }
}
