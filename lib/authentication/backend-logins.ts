import { Injectable, Optional, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { NotAuthenticatedError } from '../common/users-error.js';
import type { OngoingLogins } from '../accounts/ongoing-logins.js';
import type { InTransaction } from '../database/in-transaction.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { Authenticator } from './authenticator.js';
import type { Identity } from './backend.js';
import { SessionsRepository } from './sessions/sessions.repository.js';

/** Logins that are stored as session rows or under a backend's own key. */
@Injectable()
export class BackendLogins implements OngoingLogins {
  constructor(
    private readonly modules: ModuleRef,
    @Optional() private readonly sessions?: SessionsRepository,
  ) {}

  /**
   * A reference to the login of a request; `undefined` if only a new `tokenVersion` ends it.
   * @param token the login's token, if it was replaced
   */
  referenceOf({ session, backend, token: former }: Identity, token = former): string | undefined {
    if (session) return `session:${session.id}`;
    const key = backend.strategy.loginKey?.(token);
    return key === undefined ? undefined : `key:${backend.name}:${key}`;
  }

  /** Requires that the request's own login is still valid. A change of one's own account depends on it. */
  stillCounts(identity: Identity): Precondition[] {
    const { user, tokenVersion, backend } = identity;
    const refusal = () => new NotAuthenticatedError(backend.transport.challenge);
    const login = this.preconditions(user, this.referenceOf(identity), refusal);
    return [{ row: { tokenVersion, isActive: true }, refusal }, ...login];
  }

  preconditions(user: BaseUser, login: string | undefined, refusal: () => Error): Precondition[] {
    if (login === undefined) return [];
    const [, kind, rest = ''] = /^(session|key):(.+)$/.exec(login) ?? [];
    const session = kind === 'session' ? this.sessions?.isOngoing(user.id, rest, refusal) : undefined;
    const elsewhere = async () => kind === 'key' && this.hasKey(user, rest);
    return [session ?? { elsewhere, refusal }];
  }

  /** Keys in another store are invalid without their former `tokenVersion` and expire by themselves. */
  removal(user: UserId): InTransaction | undefined {
    const { sessions } = this;
    return sessions && ((manager) => sessions.deleteAllAlong(manager, user));
  }

  private async hasKey(user: BaseUser, reference: string): Promise<boolean> {
    const [, name, key] = /^([^:]+):(.+)$/.exec(reference) ?? [];
    const backend = (await this.authenticator()).find(name);
    return key !== undefined && ((await backend?.strategy.isOngoing?.(user, key)) ?? false);
  }

  /** Not injected: a host's strategy may inject the service, which would then wait for itself. */
  private async authenticator(): Promise<Authenticator> {
    const { scope } = this.modules.introspect(Authenticator);
    return scope === Scope.DEFAULT
      ? this.modules.get(Authenticator, { strict: false })
      : this.modules.resolve(Authenticator, undefined, { strict: false });
  }
}
