import { Injectable } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from '../common/http.js';
import { nowInSeconds } from '../common/signed-tokens.js';
import { HookRunner } from '../users/hook-runner.js';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import { BadCredentialsError } from '../users/users.errors.js';
import { UserEvents, UserEventsEmitter } from '../users/users.events.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import { Authenticator } from './authenticator.js';

/** How a login goes on once it is known whose it is. */
export interface LoginPlan {
  /** The name of the backend that logs in. */
  backend: string;
  /** Relations that come along with the user. */
  load: LoadOptions | undefined;
  /** When the user proved who they are, in seconds since 1970. Default: now. */
  authenticatedAt?: number;
}

/** The second half of every login: from a user who has proved who they are to a token in the answer. */
@Injectable()
export class Logins {
  constructor(
    private readonly users: UsersService,
    private readonly authenticator: Authenticator,
    private readonly hooks: HookRunner,
    private readonly events: UserEventsEmitter,
    private readonly repository: UsersRepository,
  ) {}

  /**
   * @returns the fields of the answer, if the transport puts the token there
   * @throws {BadCredentialsError} where `postLoginHook` refuses
   */
  async finish(
    user: BaseUser,
    { backend, load, authenticatedAt = nowInSeconds() }: LoginPlan,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<object | undefined> {
    const { strategy, transport } = this.authenticator.backend(backend);
    // Not before the user is known: the time of a join would tell who has an account.
    await this.repository.loadRelations([user], load ?? {});
    const hook = () => {
      const returned = this.users.postLoginHook(user, request, response);
      // `(…, response) => response.header(…)` returns Fastify's reply, which is thenable: it would wait for itself.
      return returned === response ? undefined : returned;
    };
    await this.hooks.refuseBy('postLoginHook', hook, (cause) => new BadCredentialsError(cause));

    const issued = await strategy.issue(user, { authenticatedAt, request });
    this.events.emit(UserEvents.LoggedIn, user);
    return transport.deliver(issued, response);
  }
}
