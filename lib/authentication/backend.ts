import type { HttpRequest, HttpResponse } from '../common/http.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import type { BaseSession } from './sessions/session.entity.js';

/** A fresh credential, as a strategy made it. */
export interface IssuedToken {
  token: string;
  lifetimeSeconds: number;
}

/** Whose credential it is, as far as a strategy can tell. Whether it still counts, the Authenticator decides. */
export interface Credential<User extends BaseUser = BaseUser> {
  user: User;
  /** The user's `tokenVersion` when the token was made. */
  tokenVersion: number;
  /** When the user logged in, in seconds since 1970: carried over by every later token of the same login. */
  authenticatedAt: number;
  /** The row of this login, where the strategy keeps one. */
  session?: BaseSession;
}

/** The login that a token is made for. */
export interface Login<User extends BaseUser = BaseUser> {
  /** When the user logged in, in seconds since 1970. */
  authenticatedAt: number;
  /** Where the login comes from. */
  request?: HttpRequest;
  /** The credential of the same login whose place the token takes. It is dead already. */
  replaces?: Identity<User>;
}

/** How a credential travels. */
export interface Transport {
  /** The scheme that a `401` names in `WWW-Authenticate` (RFC 9110 §11.6.1). */
  readonly challenge: string;
  /** The credential that this request carries, if any. */
  read(request: HttpRequest): string | undefined;
  /** Puts a fresh token where the client finds it; returns the fields of a login's body, if it has any. */
  deliver(issued: IssuedToken, response: HttpResponse): object | undefined;
  /** Puts a token that replaces the request's own into an answer whose body is about something else. */
  replace(issued: IssuedToken, response: HttpResponse): void;
  /** Takes the token out of a client that keeps it without being asked, as browsers do with cookies. */
  clear?(response: HttpResponse): void;
  /** Throws where the credential may have been sent without its owner's will. */
  checkOrigin?(request: HttpRequest): void;
}

/** How a credential is made, recognised and ended. */
export interface Strategy<User extends BaseUser = BaseUser> {
  /** Whether every login is a row that can be listed and ended by itself. Default false. */
  readonly keepsSessions?: boolean;
  issue(user: User, login: Login<User>): Promise<IssuedToken>;
  /** @param load relations to load with the user */
  identify(token: string, load?: LoadOptions<User>): Promise<Credential<User> | undefined>;
  /** Ends the credential: it must not identify anybody from now on. */
  revoke(identity: Identity<User>): Promise<void>;
}

/** One way of being logged in: a transport, a strategy, and the name under which its routes stand. */
export interface Backend<User extends BaseUser = BaseUser> {
  name: string;
  transport: Transport;
  strategy: Strategy<User>;
}

/** Who is logged in, and by which backend. */
export interface Identity<User extends BaseUser = BaseUser> extends Credential<User> {
  backend: Backend<User>;
  token: string;
}
