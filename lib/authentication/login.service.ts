import { Inject, Injectable } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { isSameId } from '../database/entity-id.js';
import type { HttpRequest, HttpResponse } from '../common/http.js';
import { requireAdmitted } from '../accounts/admission.js';
import { nowInSeconds } from '../common/signed-tokens.js';
import { HostMoments } from '../accounts/moments.js';
import { Limits } from '../accounts/limits/limits.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { BadCredentialsError } from '../users/users.errors.js';
import { isLoaded } from '../users/user-fields.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../accounts/users.service.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import { Authenticator, identityOf } from './authenticator.js';
import type { Backend, IssuedToken } from './backend.js';
import { BackendLogins } from './backend-logins.js';

/** Options of a login whose user is known. */
export interface LoginPlan<User extends BaseUser = BaseUser> {
  /** The name of the backend that makes the token. Default: the first backend. */
  backend?: string;
  /** Relations to load with the user. Default: only the eager ones. */
  load?: LoadOptions<User> | undefined;
  /**
   * When the user proved their identity, in seconds since 1970. Default: now, or the time of the current login
   * if a guard let in the same user.
   */
  authenticatedAt?: number;
}

/** A login whose proof may become invalid before the token is made. */
export interface ProvedLogin<User extends BaseUser = BaseUser> extends LoginPlan<User> {
  /** Throws if the proof is no longer valid. It is called last, right before the token is made. */
  requireProof?: () => Promise<void>;
}

/** Options of a token without a login. */
export interface IssuePlan extends Omit<LoginPlan, 'load'> {
  /** The request of the login, for its session. Default: none. */
  request?: HttpRequest;
}

/**
 * The second half of every login: it makes a token for an authenticated user. A host's own login methods, such
 * as a link in a mail, end here too.
 */
@Injectable()
export class LoginService<User extends BaseUser = BaseUser> {
  constructor(
    private readonly users: UsersService<User>,
    private readonly authenticator: Authenticator,
    private readonly moments: HostMoments,
    private readonly repository: UsersRepository<User>,
    private readonly limits: Limits,
    private readonly backendLogins: BackendLogins,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
  ) {}

  /**
   * Logs in a user whose identity your code has verified, as the routes of this library do: it runs `postLoginHook`,
   * stores the session, emits the event, and sends the token with the backend's transport.
   * @param user a loaded user, or an id
   * @param plan `backend` is the name of a backend, by default the first one; `load` names the relations to load;
   * `authenticatedAt` is when the user proved their identity, in seconds since 1970
   * @returns the fields of the answer's body, such as `{ access_token, token_type, expires_in }`; `undefined` if the token
   * is in a cookie
   * @throws {BadCredentialsError} if the user is inactive, or if `postLoginHook` refuses without an `HttpException`
   * @throws {UserNotVerifiedError} if the user is not verified, and `requireVerification` is on
   * @throws {CrossOriginRequestError} if the backend uses a cookie, and a page of another origin sent the request
   * @throws {UserNotFoundError} if no user has this id
   * @throws {NotAuthenticatedError} if a guard let the same user in, and that login has ended since
   * @throws {TypeError} for an unknown backend, and for an `authenticatedAt` that is not whole seconds, or is in the
   * future
   */
  async logIn(
    user: User | UserId,
    request: HttpRequest,
    response: HttpResponse,
    plan: LoginPlan<User> = {},
  ): Promise<object | undefined> {
    this.backend(plan).transport.checkOrigin?.(request);
    response.header('Cache-Control', 'no-store');
    const loaded = await this.loaded(user);
    return this.finish(loaded, { ...plan, ...this.continued(loaded, plan, request) }, request, response);
  }

  /**
   * Only makes a token, for a client other than a browser. It runs no hook, emits no event, and changes no answer.
   * @param user a loaded user, or an id
   * @param plan `backend` and `authenticatedAt` as for `logIn()`; with `request`, the session stores the address and the
   * user agent of the client, and the end of an older login of the same user counts as it does for `logIn()`
   * @returns `{ token, lifetimeSeconds }`
   * @throws {BadCredentialsError}, {UserNotVerifiedError}, {UserNotFoundError}, {NotAuthenticatedError}, {TypeError} as
   * `logIn()`
   */
  async issueToken(user: User | UserId, { request, ...plan }: IssuePlan = {}): Promise<IssuedToken> {
    const { strategy } = this.backend(plan);
    const loaded = await this.loaded(user);
    const { requireProof, authenticatedAt = nowInSeconds() } = {
      ...plan,
      ...(request && this.continued(loaded, plan, request)),
    };
    requireMoment(authenticatedAt);
    requireAdmitted(loaded, this.settings);
    await requireProof?.();
    return strategy.issue(loaded, { authenticatedAt, ...(request && { request }) });
  }

  /**
   * As {@link logIn}, for a route of this library that has already checked the origin.
   * @internal
   */
  async finish(
    user: User,
    plan: ProvedLogin<User>,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<object | undefined> {
    const { strategy, transport } = this.backend(plan);
    const { load = {}, authenticatedAt = nowInSeconds() } = plan;
    requireMoment(authenticatedAt);
    requireAdmitted(user, this.settings);
    // Only after authentication: the time of a join would reveal who has an account (user enumeration).
    await this.repository.loadRelations([user], load);
    const moments = this.moments.of(this.users, request);
    await moments.beforeToken(user, response);

    await plan.requireProof?.();
    const issued = await strategy.issue(user, { authenticatedAt, request });
    await this.limits.loggedIn(user, request);
    moments.loggedIn(user);
    return transport.deliver(issued, response);
  }

  /** Continues the login of this request: the new login keeps its time, and fails if it has ended meanwhile. */
  private continued(
    user: User,
    { authenticatedAt }: LoginPlan<User>,
    request: HttpRequest,
  ): ProvedLogin<User> {
    const identity = identityOf(request);
    if (authenticatedAt !== undefined || !identity || !isSameId(identity.user.id, user.id)) return {};
    const { id } = user;
    const stillCounts = () =>
      this.repository.requireAll({ id } as FindOptionsWhere<User>, this.backendLogins.stillCounts(identity));
    return { authenticatedAt: identity.authenticatedAt, requireProof: stillCounts };
  }

  /** A user who is softly deleted may have been loaded on purpose, and is nobody all the same. */
  private async loaded(user: User | UserId): Promise<User> {
    if (!isLoaded(user)) return this.users.getUser(user);
    if (this.repository.isDeleted(user)) throw new BadCredentialsError();
    return user;
  }

  private backend({ backend: name }: LoginPlan): Backend {
    const { names } = this.authenticator;
    const backend = this.authenticator.find(name ?? names[0]);
    if (backend) return backend;
    throw new TypeError(`The backend ${name} does not exist; the backends are ${names.join(', ')}.`);
  }
}

/** The clocks of two machines may differ by this. */
const SKEW_SECONDS = 60;

/** Milliseconds instead of seconds would make a login that stays fresh for thousands of years. */
function requireMoment(authenticatedAt: number): void {
  const isMoment = Number.isSafeInteger(authenticatedAt) && authenticatedAt >= 0;
  if (isMoment && authenticatedAt <= nowInSeconds() + SKEW_SECONDS) return;
  throw new TypeError('authenticatedAt must be whole seconds since 1970 and not in the future.');
}
