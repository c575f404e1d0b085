import { Inject, Injectable } from '@nestjs/common';
import { MOST_CREDENTIALS } from '../common/cookie-values.js';
import { isSameId } from '../database/entity-id.js';
import type { HttpRequest } from '../common/http.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import type { Backend, Identity } from './backend.js';
import { LoggedIn } from './identity.js';

/** The backends of this application, in the order of its options. */
export const BACKENDS = Symbol('nestjs-users: backends');

const ATTEMPTS = Symbol('nestjs-users: attempts to identify the user of this request');
const IDENTITY = Symbol('nestjs-users: who is logged in');

type Attempts = Map<string, Promise<Identity | undefined>>;
type Marked = HttpRequest & { [ATTEMPTS]?: Attempts; [IDENTITY]?: Identity; user?: unknown };

/** Finds the logged-in user. It asks each backend at most once a request, however many guards there are. */
@Injectable()
export class Authenticator {
  readonly challenge: string;

  constructor(@Inject(BACKENDS) private readonly backends: readonly Backend[]) {
    this.challenge = [...new Set(backends.map(({ transport }) => transport.challenge))].join(', ');
  }

  /**
   * The first backend that finds a user decides. Nothing of a refused credential is used.
   * @param isAllowed limits the backends by name
   * @param load relations to load with the user: the same for every guard of a request
   */
  async identify(
    request: HttpRequest,
    isAllowed: (backend: string) => boolean = () => true,
    load?: LoadOptions,
  ): Promise<Identity | undefined> {
    const attempts: Attempts = ((request as Marked)[ATTEMPTS] ??= new Map());
    for (const backend of this.backends) {
      if (!isAllowed(backend.name)) continue;
      let attempt = attempts.get(backend.name);
      if (!attempt) attempts.set(backend.name, (attempt = this.attempt(backend, request, load)));
      const identity = await attempt;
      if (identity) return identity;
    }
    return undefined;
  }

  /** The login of an identity that was found earlier, as it is now; `undefined` if it has ended since. */
  async again({ user, backend, token }: Identity, load?: LoadOptions): Promise<Identity | undefined> {
    const credential = await backend.strategy.identify(token, load);
    if (!credential || !counts(credential) || !isSameId(credential.user.id, user.id)) return undefined;
    return new LoggedIn(credential, backend, token);
  }

  get names(): string[] {
    return this.backends.map(({ name }) => name);
  }

  /** Whether every login of every backend is a session that can be listed and ended. */
  get keepsAllSessions(): boolean {
    return this.backends.every(({ strategy }) => strategy.keepsSessions);
  }

  /** The backend with this name. The plan has checked that it exists. */
  backend(name: string): Backend {
    return this.find(name) as Backend;
  }

  find(name: string | undefined): Backend | undefined {
    return this.backends.find((backend) => backend.name === name);
  }

  private async attempt(
    backend: Backend,
    request: HttpRequest,
    load: LoadOptions | undefined,
  ): Promise<Identity | undefined> {
    const found: Identity[] = [];
    for (const token of credentialsOf(backend, request)) {
      const credential = await backend.strategy.identify(token, load);
      if (credential && counts(credential)) found.push(new LoggedIn(credential, backend, token));
    }
    return theOne(found);
  }
}

/** With more than a few, none counts: nobody buys a hundred queries with one header field, or hides a login behind others. */
function credentialsOf({ transport }: Backend, request: HttpRequest): string[] {
  const tokens = new Set([transport.read(request) ?? []].flat());
  tokens.delete('');
  return tokens.size > MOST_CREDENTIALS ? [] : [...tokens];
}

const BESIDE = new WeakMap<Identity, readonly Identity[]>();

/** The other logins of the same user that came with a request, by the same backend. */
export const loginsBeside = (identity: Identity): readonly Identity[] => BESIDE.get(identity) ?? [];

/** The latest of several logins of one user. Logins of several users are refused. */
function theOne(found: Identity[]): Identity | undefined {
  const [latest, ...others] = found.sort((one, other) => other.authenticatedAt - one.authenticatedAt);
  if (!latest || others.length === 0) return latest;
  if (others.some(({ user }) => !isSameId(user.id, latest.user.id))) return undefined;
  BESIDE.set(latest, others);
  return latest;
}

/** For every strategy, a token is invalid if the user is inactive or the `tokenVersion` has changed. */
const counts = ({ user, tokenVersion }: { user: BaseUser; tokenVersion: number }): boolean =>
  user.isActive && user.tokenVersion === tokenVersion;

/** Stores the logged-in user for {@link CurrentUser} and for code that reads `request.user`. */
export function remember(request: HttpRequest, identity: Identity | undefined): void {
  (request as Marked)[IDENTITY] = identity;
  (request as Marked).user = identity?.user;
}

/**
 * As {@link remember}, for a request with several handlers: one whose guards found nobody takes nothing away from
 * the others.
 */
export function rememberFound(request: HttpRequest, identity: Identity | undefined): void {
  if (identity) remember(request, identity);
}

export const identityOf = (request: HttpRequest): Identity | undefined => (request as Marked)[IDENTITY];
