import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { stackOf } from '../common/background.js';
import { withHidden } from '../common/hidden.js';
import type { HttpRequest } from '../common/http.js';
import type { BaseUser } from '../users/user.entity.js';

/** The names of the events, for `@OnEvent(UserEvents.Registered)` of @nestjs/event-emitter. */
export const UserEvents = {
  /** After a registration, by the form or by a provider. */
  Registered: 'users.registered',
  /** After a login, when its token is made. */
  LoggedIn: 'users.logged-in',
  /** After `logout` or `logout-all` has ended the login. */
  LoggedOut: 'users.logged-out',
  /**
   * When a mail with a verification token is due: at a registration, at `request-verify-token`, or for a new address that
   * is not verified.
   */
  VerificationRequested: 'users.verification-requested',
  /** After the address of a user is verified. */
  Verified: 'users.verified',
  /** When a mail with a reset token is due: at `forgot-password`, or when an administrator asks for it. */
  PasswordResetRequested: 'users.password-reset-requested',
  /** After a user has set a new password by a mailed token. */
  PasswordReset: 'users.password-reset',
  /** After the changes of a user are stored. */
  Updated: 'users.updated',
  /** After a user is deleted. */
  Deleted: 'users.deleted',
  /** After `restoreUser()` has restored a softly deleted user. */
  Restored: 'users.restored',
} as const;

/** One of the names in {@link UserEvents}. */
export type UserEventName = (typeof UserEvents)[keyof typeof UserEvents];

/**
 * The argument of every handler. It never contains a mailed token, because only the `send…` hooks get those.
 */
export interface UserEvent<User extends BaseUser = BaseUser> {
  user: User;
  /**
   * The current request; `undefined` in a job. It contains the client's credential, so copies, prints and JSON
   * of an event leave it out.
   */
  readonly request: HttpRequest | undefined;
}

interface Emitter {
  emitAsync(name: string, event: UserEvent): Promise<unknown>;
}

/** Emits the events through @nestjs/event-emitter, if the host uses it. */
@Injectable()
export class UserEventsEmitter implements OnModuleInit {
  private readonly logger = new Logger('UsersModule');
  private emitter: Emitter | undefined;

  constructor(private readonly modules: ModuleRef) {}

  async onModuleInit(): Promise<void> {
    // An optional peer dependency. Without it, no events are emitted.
    const peer = await import('@nestjs/event-emitter').catch(() => undefined);
    if (peer) this.emitter = this.find(peer.EventEmitter2);
  }

  emit(name: UserEventName, user: BaseUser, request?: HttpRequest): void {
    void this.tell(name, withHidden<UserEvent, 'request'>('request', request, { user }));
  }

  /** A handler that the host added with `on()` throws inside the emitter's own call. */
  private async tell(name: UserEventName, event: UserEvent): Promise<void> {
    try {
      await this.emitter?.emitAsync(name, event);
    } catch (error) {
      this.logger.error(`A handler of ${name} failed`, stackOf(error));
    }
  }

  private find(token: Parameters<ModuleRef['get']>[0]): Emitter | undefined {
    try {
      return this.modules.get<Emitter>(token, { strict: false });
    } catch {
      return undefined;
    }
  }
}
