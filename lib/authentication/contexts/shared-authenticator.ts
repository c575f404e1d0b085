import { isSameId } from '../../database/entity-id.js';
import type { HttpRequest } from '../../common/http.js';
import { coversLoad, type LoadOptions, unitedLoad } from '../../users/load-options.js';
import type { UsersRepository } from '../../users/users.repository.js';
import type { Authenticator } from '../authenticator.js';
import type { Identity } from '../backend.js';

/** What has been loaded with a user, and the statement that loads it. */
interface Loaded {
  load: LoadOptions | undefined;
  done: Promise<void>;
}

/**
 * The {@link Authenticator} for one request with several handlers, such as the fields of a GraphQL operation. They
 * share one statement, and a field that needs further relations loads these.
 */
export class SharedAuthenticator {
  private first: { load: LoadOptions | undefined } | undefined;
  private readonly loaded = new WeakMap<Identity, Loaded>();

  /** @param isHandshake a handshake with the credentials of two users is nobody's */
  constructor(
    private readonly authenticator: Authenticator,
    private readonly users: UsersRepository,
    private readonly isHandshake: boolean,
  ) {}

  get challenge(): string {
    return this.authenticator.challenge;
  }

  async identify(
    request: HttpRequest,
    isAllowed?: (backend: string) => boolean,
    load?: LoadOptions,
  ): Promise<Identity | undefined> {
    this.first ??= { load };
    const identity = await this.authenticator.identify(request, isAllowed, this.first.load);
    if (!identity || (this.isHandshake && (await this.hasOther(identity, request)))) return undefined;
    await this.requireLoaded(identity, load);
    return identity;
  }

  /**
   * A page can make a browser send a cookie, and send a token of its own along. On a connection that stays open,
   * nobody could tell later which of the two users acts.
   */
  private async hasOther({ user, backend }: Identity, request: HttpRequest): Promise<boolean> {
    for (const name of this.authenticator.names) {
      if (name === backend.name) continue;
      const other = await this.authenticator.identify(request, (each) => each === name, this.first?.load);
      if (other && !isSameId(other.user.id, user.id)) return true;
    }
    return false;
  }

  /** Loads everything again that was loaded before, so that no relation gets less while a field reads it. */
  private requireLoaded(identity: Identity, load: LoadOptions | undefined): Promise<void> {
    const former = this.loaded.get(identity) ?? { load: this.first?.load, done: Promise.resolve() };
    if (!load || coversLoad(former.load, load)) return former.done;
    const all = unitedLoad(former.load, load);
    const done = former.done.then(() => this.users.loadRelations([identity.user], all));
    this.loaded.set(identity, { load: all, done });
    return done;
  }
}
