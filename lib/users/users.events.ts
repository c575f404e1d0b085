import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { stackOf } from '../common/background.js';
import type { BaseUser } from './user.entity.js';

/** The names of the events, for `@OnEvent(UserEvents.Registered)` of @nestjs/event-emitter. */
export const UserEvents = {
  Registered: 'users.registered',
  LoggedIn: 'users.logged-in',
  LoggedOut: 'users.logged-out',
  Verified: 'users.verified',
  PasswordReset: 'users.password-reset',
  Updated: 'users.updated',
  Deleted: 'users.deleted',
} as const;

/** One of the names in {@link UserEvents}. */
export type UserEventName = (typeof UserEvents)[keyof typeof UserEvents];

/** What every handler gets. It carries no token and no password: those go to the `send…` hooks alone. */
export interface UserEvent<User extends BaseUser = BaseUser> {
  user: User;
}

interface Emitter {
  emitAsync(name: string, event: UserEvent): Promise<unknown>;
}

/** Tells @nestjs/event-emitter what happened, where the host uses it. */
@Injectable()
export class UserEventsEmitter implements OnModuleInit {
  private readonly logger = new Logger('UsersModule');
  private emitter: Emitter | undefined;

  constructor(private readonly modules: ModuleRef) {}

  async onModuleInit(): Promise<void> {
    // An optional peer: without it there is nobody to tell.
    const peer = await import('@nestjs/event-emitter').catch(() => undefined);
    if (peer) this.emitter = this.find(peer.EventEmitter2);
  }

  emit(name: UserEventName, user: BaseUser): void {
    this.emitter
      ?.emitAsync(name, { user })
      .catch((error: unknown) => this.logger.error(`A handler of ${name} failed`, stackOf(error)));
  }

  private find(token: Parameters<ModuleRef['get']>[0]): Emitter | undefined {
    try {
      return this.modules.get<Emitter>(token, { strict: false });
    } catch {
      return undefined;
    }
  }
}
