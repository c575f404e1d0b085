import { Injectable, Logger } from '@nestjs/common';
import { Authenticator } from '../authentication/authenticator.js';
import type { Identity } from '../authentication/backend.js';
import { GuardTools } from '../authentication/guard-tools.js';
import { noteRight, type Right, rightsOf } from '../authentication/rights.js';
import type { HttpRequest } from '../common/http.js';
import { UsersError } from '../common/users-error.js';
import { WITH_ROLES } from '../roles/roles.service.js';
import type { BaseUser } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';
import { heldRoles } from './held-roles.js';

/**
 * For connections that stay open: who opened a socket, and whether a user who was let in earlier may still be
 * served. Guards judge only what a client sends. What the application sends by itself, it judges here.
 */
@Injectable()
export class ConnectionsService<User extends BaseUser = BaseUser> {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly authenticator: Authenticator,
    private readonly users: UsersRepository,
    private readonly tools: GuardTools,
  ) {}

  /**
   * Who opened a socket: the user whom `Authenticated()` would let in at a message; `undefined` for nobody, and if
   * the browser sent the cookie for a page of another origin. It never throws, because an error in
   * `handleConnection()` would end the process.
   * @param client a client of socket.io, or a client of `ws` after `rememberHandshake()`
   */
  async identify(client: object): Promise<Identity<User> | undefined> {
    const { requireVerification } = this.tools.settings;
    try {
      const asking = this.tools.outsideHttp.ofClient(client);
      const identity = await asking?.authenticator.identify(asking.request);
      identity?.backend.transport.checkOrigin?.(asking?.request as HttpRequest);
      if (!identity || (requireVerification && !identity.user.isVerified)) return undefined;
      if (requireVerification) noteRight(identity, { verified: true });
      return identity as Identity<User>;
    } catch (error) {
      return this.nobody(error);
    }
  }

  /**
   * Whether the guards would let this login in again: it has not ended or expired, and the user still has what the
   * guards required, such as a role. It costs one statement. If the database is not available, the answer is no.
   * @param identity what `@CurrentIdentity()` or {@link identify} returned
   */
  async isAllowed(identity: Identity<User>): Promise<boolean> {
    try {
      const rights = rightsOf(identity);
      const needsRoles = rights.some((right) => 'roles' in right);
      const current = await this.authenticator.again(identity, needsRoles ? WITH_ROLES : undefined);
      if (!current) return false;
      for (const right of rights) if (!(await this.has(current.user, right))) return false;
      return true;
    } catch (error) {
      return this.nobody(error) ?? false;
    }
  }

  /**
   * Passes events on for as long as {@link isAllowed} says yes, and asks before each event. Afterwards it ends, so
   * that a GraphQL subscription completes.
   * @param events what a resolver of a subscription returns, or a promise of it
   */
  whileAllowed<Event>(
    identity: Identity<User>,
    events: AsyncIterable<Event> | Promise<AsyncIterable<Event>>,
  ): AsyncIterableIterator<Event> {
    const source = Promise.resolve(events).then((each) => each[Symbol.asyncIterator]());
    source.catch(() => undefined);
    let isOver = false;
    const end = async (): Promise<IteratorResult<Event>> => {
      if (!isOver) {
        isOver = true;
        const iterator = await source;
        await iterator.return?.();
      }
      return { done: true, value: undefined };
    };
    return {
      next: async () => {
        const event = await (await source).next();
        if (isOver || !(event.done || (await this.isAllowed(identity)))) return end();
        return event;
      },
      // Not queued behind a `next()` that waits for an event, as in a generator: a client that leaves would leave it open.
      return: end,
      throw: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  private async has(user: BaseUser, right: Right): Promise<boolean> {
    if ('superuser' in right) return user.isSuperuser;
    if ('verified' in right) return user.isVerified;
    const held = await heldRoles(user, this.users);
    const holds = (name: string) => held.has(name);
    return right.every ? right.roles.every(holds) : right.roles.some(holds);
  }

  /** The log has what is no client's fault. */
  private nobody(error: unknown): undefined {
    if (!(error instanceof UsersError && error.getStatus() < 500)) this.logger.error(error);
    return undefined;
  }
}
