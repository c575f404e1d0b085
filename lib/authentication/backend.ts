import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import type { BaseSession } from './sessions/session.entity.js';

/** A new credential from a strategy. */
export interface IssuedToken {
  token: string;
  lifetimeSeconds: number;
}

/** The owner of a credential, as the strategy finds it. The Authenticator decides whether it is still valid. */
export interface Credential<User extends BaseUser = BaseUser> {
  user: User;
  /** The user's `tokenVersion` when the token was made. */
  tokenVersion: number;
  /** When the user logged in, in seconds since 1970. Later tokens of the same login keep this value. */
  authenticatedAt: number;
  /** The row of this login, if the strategy stores one. */
  session?: BaseSession;
}

/** The login that a token is made for. */
export interface Login<User extends BaseUser = BaseUser> {
  /** When the user logged in, in seconds since 1970. */
  authenticatedAt: number;
  /** The request of the login. */
  request?: HttpRequest;
  /** The credential of the same login that the token replaces. It is already invalid. */
  replaces?: Identity<User>;
}

/** A security scheme of OpenAPI, as far as transports need it. */
export type SecurityScheme =
  | { readonly type: 'http'; readonly scheme: string; readonly bearerFormat?: string }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'cookie' | 'query'; readonly name: string };

/** How a client sends and receives a credential. */
export interface Transport {
  /** The scheme in the header `WWW-Authenticate` of a `401` (RFC 9110 §11.6.1). */
  readonly challenge: string;
  /**
   * The credential that this request carries, if any; or several, where a client may keep old ones beside the one that
   * counts, as browsers do with cookies. With more than four, none of them counts.
   */
  read(request: HttpRequest): string | readonly string[] | undefined;
  /** Gives a new token to the client. Returns the fields of the login's body, if it has any. */
  deliver(issued: IssuedToken, response: HttpResponse): object | undefined;
  /** Puts a token that replaces the request's own into an answer whose body has other content. */
  replace(issued: IssuedToken, response: HttpResponse): void;
  /** Removes the token from a client that stores it automatically, as browsers do with cookies. */
  clear?(response: HttpResponse): void;
  /** Throws if another site may have sent the request with the user's credential (CSRF). */
  checkOrigin?(request: HttpRequest): void;
  /** Where a client puts the credential, for a document of the API. Default: the document does not say it. */
  readonly securityScheme?: SecurityScheme;
}

/** How a credential is made, recognized and ended. */
export interface Strategy<User extends BaseUser = BaseUser> {
  /** Whether every login is a row that can be listed and ended. Default false. */
  readonly keepsSessions?: boolean;
  issue(user: User, login: Login<User>): Promise<IssuedToken>;
  /** @param load relations to load with the user */
  identify(token: string, load?: LoadOptions<User>): Promise<Credential<User> | undefined>;
  /** Ends the credential. From now on, it must not identify a user. */
  revoke(identity: Identity<User>): Promise<void>;
  /**
   * A name for a login that can end without a session row and without a new `tokenVersion`. A change that the
   * login requested is invalid after it has ended. The name is part of signed tokens, so it must not be the
   * credential. Default: no names.
   */
  loginKey?(token: string): string | undefined;
  /** Whether the user's login with this key is still valid. Required with {@link loginKey}. */
  isOngoing?(user: User, key: string): Promise<boolean>;
}

/** One way to be logged in: a transport, a strategy, and a name that is part of its routes. */
export interface Backend<User extends BaseUser = BaseUser> {
  name: string;
  transport: Transport;
  strategy: Strategy<User>;
}

/** The logged-in user and the backend of the login. */
export interface Identity<User extends BaseUser = BaseUser> extends Credential<User> {
  backend: Backend<User>;
  /**
   * The credential as the client sent it, for the strategy. Copies, prints and JSON of the identity leave it
   * out.
   */
  readonly token: string;
}
