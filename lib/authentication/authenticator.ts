import { Inject, Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import type { Backend, Identity } from './backend.js';

/** The backends of this application, in the order of its options. */
export const BACKENDS = Symbol('nestjs-users: backends');

const ATTEMPTS = Symbol('nestjs-users: attempts to identify the user of this request');
const IDENTITY = Symbol('nestjs-users: who is logged in');

type Attempts = Map<string, Promise<Identity | undefined>>;
type Marked = HttpRequest & { [ATTEMPTS]?: Attempts; [IDENTITY]?: Identity; user?: unknown };

/** Finds out who is logged in: each backend is asked once a request at most, however many guards ask. */
@Injectable()
export class Authenticator {
  readonly challenge: string;

  constructor(@Inject(BACKENDS) private readonly backends: readonly Backend[]) {
    this.challenge = [...new Set(backends.map(({ transport }) => transport.challenge))].join(', ');
  }

  /**
   * The first backend that yields a user wins; nothing of a refused credential is used.
   * @param isAllowed narrows the backends by name
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

  get names(): string[] {
    return this.backends.map(({ name }) => name);
  }

  /** Whether every login of every backend is a session that can be listed and ended by itself. */
  get keepsAllSessions(): boolean {
    return this.backends.every(({ strategy }) => strategy.keepsSessions);
  }

  /** The backend of this name, which the plan has checked. */
  backend(name: string): Backend {
    return this.backends.find((backend) => backend.name === name) as Backend;
  }

  private async attempt(
    backend: Backend,
    request: HttpRequest,
    load: LoadOptions | undefined,
  ): Promise<Identity | undefined> {
    const token = backend.transport.read(request);
    if (token === undefined || token === '') return undefined;
    const credential = await backend.strategy.identify(token, load);
    return credential && counts(credential) ? { ...credential, backend, token } : undefined;
  }
}

/** Whatever the strategy: a token from before the last change of `tokenVersion`, or of an inactive user, is none. */
const counts = ({ user, tokenVersion }: { user: BaseUser; tokenVersion: number }): boolean =>
  user.isActive && user.tokenVersion === tokenVersion;

/** Notes who is logged in, for {@link CurrentUser} and for what else reads `request.user`. */
export function remember(request: HttpRequest, identity: Identity | undefined): void {
  (request as Marked)[IDENTITY] = identity;
  (request as Marked).user = identity?.user;
}

export const identityOf = (request: HttpRequest): Identity | undefined => (request as Marked)[IDENTITY];
