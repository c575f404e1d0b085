import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ContextIdFactory } from '@nestjs/core';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import { Authenticator } from './authenticator.js';

/** The services of the guards, injected as one property, so that a host's subclass can use all other names. */
@Injectable()
export class GuardTools {
  constructor(
    readonly authenticator: Authenticator,
    readonly users: UsersRepository,
    @Inject(ACCOUNTS_SETTINGS) readonly settings: AccountsSettings,
    private readonly application: ApplicationConfig,
  ) {}

  /** Whether this instance, not another one of its class, guards the whole application. */
  isOfApplication(guard: object, context: ExecutionContext): boolean {
    if ((this.application.getGlobalGuards() as object[]).includes(guard)) return true;
    const wrappers = this.application.getGlobalRequestGuards();
    if (wrappers.length === 0) return false;
    const id = ContextIdFactory.getByRequest(context.switchToHttp().getRequest<object>());
    return wrappers.some((wrapper) => {
      const { token } = wrapper;
      const own = id.getParent?.({ token, isTreeDurable: wrapper.isDependencyTreeDurable() }) ?? id;
      return wrapper.getInstanceByContextId(own).instance === guard;
    });
  }
}
