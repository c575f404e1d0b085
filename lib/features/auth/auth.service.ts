import { Injectable } from '@nestjs/common';
import { Authenticator } from '../../authentication/authenticator.js';
import type { Identity } from '../../authentication/backend.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import { HookRunner } from '../../users/hook-runner.js';
import type { LoginDto } from '../../users/users.dto.js';
import { BadCredentialsError } from '../../users/users.errors.js';
import { UserEvents, UserEventsEmitter } from '../../users/users.events.js';
import { UsersService } from '../../users/users.service.js';

/** From credentials to a token, and from a token to none. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly authenticator: Authenticator,
    private readonly hooks: HookRunner,
    private readonly events: UserEventsEmitter,
  ) {}

  async login(backend: string, credentials: LoginDto, request: HttpRequest, response: HttpResponse) {
    const user = await this.users.authenticate(credentials, request);
    const hook = () => {
      const returned = this.users.postLoginHook(user, request, response);
      // `(…, response) => response.header(…)` returns Fastify's reply, which is thenable: it would wait for itself.
      return returned === response ? undefined : returned;
    };
    await this.hooks.refuseBy('postLoginHook', hook, (cause) => new BadCredentialsError(cause));

    const { strategy, transport } = this.authenticator.backend(backend);
    const issued = await strategy.issue(user, nowInSeconds());
    this.events.emit(UserEvents.LoggedIn, user);
    return { user, body: transport.deliver(issued, response) };
  }

  async logout({ backend, token, user }: Identity, request: HttpRequest): Promise<void> {
    await backend.strategy.revoke(token, user);
    await this.hooks.after('postLogoutHook', () => this.users.postLogoutHook(user, request));
    this.events.emit(UserEvents.LoggedOut, user);
  }
}
