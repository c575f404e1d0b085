import { Injectable, Optional } from '@nestjs/common';
import { Authenticator } from '../../authentication/authenticator.js';
import type { Identity } from '../../authentication/backend.js';
import { SessionsService } from '../../authentication/sessions/sessions.service.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import { HookRunner } from '../../users/hook-runner.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { LoginDto } from '../../users/users.dto.js';
import { BadCredentialsError } from '../../users/users.errors.js';
import { UserEvents, UserEventsEmitter } from '../../users/users.events.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';

/** From credentials to a token, and from a token to none. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly authenticator: Authenticator,
    private readonly hooks: HookRunner,
    private readonly events: UserEventsEmitter,
    private readonly repository: UsersRepository,
    @Optional() private readonly sessions?: SessionsService,
  ) {}

  /** @returns the user, and the fields of the answer, if the transport puts the token there */
  async login(
    { name, load }: { name: string; load: LoadOptions | undefined },
    credentials: LoginDto,
    request: HttpRequest,
    response: HttpResponse,
  ) {
    const { strategy, transport } = this.authenticator.backend(name);
    transport.checkOrigin?.(request);
    const user = await this.users.authenticate(credentials, request);
    // Not before the password proved right: the time of a join would tell who has an account.
    await this.repository.loadRelations([user], load ?? {});
    const hook = () => {
      const returned = this.users.postLoginHook(user, request, response);
      // `(…, response) => response.header(…)` returns Fastify's reply, which is thenable: it would wait for itself.
      return returned === response ? undefined : returned;
    };
    await this.hooks.refuseBy('postLoginHook', hook, (cause) => new BadCredentialsError(cause));

    const issued = await strategy.issue(user, { authenticatedAt: nowInSeconds(), request });
    this.events.emit(UserEvents.LoggedIn, user);
    return { user, body: transport.deliver(issued, response) };
  }

  async logout(identity: Identity, request: HttpRequest, response: HttpResponse): Promise<void> {
    await identity.backend.strategy.revoke(identity);
    await this.afterLogout(identity, request, response);
  }

  /** Ends every login of the user, by whatever backend. */
  async logoutAll(identity: Identity, request: HttpRequest, response: HttpResponse): Promise<void> {
    const { user } = identity;
    await (this.sessions?.endAll(user) ?? this.repository.raiseTokenVersion(user.id));
    await this.afterLogout(identity, request, response);
  }

  private async afterLogout({ backend, user }: Identity, request: HttpRequest, response: HttpResponse) {
    backend.transport.clear?.(response);
    await this.hooks.after('postLogoutHook', () => this.users.postLogoutHook(user, request));
    this.events.emit(UserEvents.LoggedOut, user);
  }
}
