import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ContextIdFactory } from '@nestjs/core';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../accounts/accounts.settings.js';
import { Authenticator } from './authenticator.js';
import { fieldOf } from './contexts/graphql-field.js';
import { OutsideHttp } from './contexts/outside-http.js';

/** The services of the guards, injected as one property, so that a host's subclass can use all other names. */
@Injectable()
export class GuardTools {
  constructor(
    readonly authenticator: Authenticator,
    readonly users: UsersRepository,
    readonly outsideHttp: OutsideHttp,
    @Inject(ACCOUNTS_SETTINGS) readonly settings: AccountsSettings,
    private readonly application: ApplicationConfig,
  ) {}

  /** Whether this instance, not another one of its class, guards the whole application. */
  isOfApplication(guard: object, context: ExecutionContext): boolean {
    if ((this.application.getGlobalGuards() as object[]).includes(guard)) return true;
    const wrappers = this.application.getGlobalRequestGuards();
    if (wrappers.length === 0) return false;
    const id = contextIdOf(context);
    return wrappers.some((wrapper) => {
      const { token } = wrapper;
      const own = id.getParent?.({ token, isTreeDurable: wrapper.isDependencyTreeDurable() }) ?? id;
      return wrapper.getInstanceByContextId(own).instance === guard;
    });
  }
}

/** Nest keeps the id at the request, at the client of a socket, or at the context of a GraphQL operation. */
const contextIdOf = (context: ExecutionContext) =>
  context.getType<string>() === 'graphql'
    ? ContextIdFactory.getByRequest(fieldOf(context)?.context ?? {}, ['req'])
    : ContextIdFactory.getByRequest(context.switchToHttp().getRequest<object>());
