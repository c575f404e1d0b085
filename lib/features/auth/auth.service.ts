import { Injectable, Optional } from '@nestjs/common';
import { Authenticator } from '../../authentication/authenticator.js';
import type { Identity } from '../../authentication/backend.js';
import { type LoginPlan, Logins } from '../../authentication/logins.js';
import { SessionsService } from '../../authentication/sessions/sessions.service.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { HookRunner } from '../../users/hook-runner.js';
import type { LoginDto } from '../../users/users.dto.js';
import { UserEvents, UserEventsEmitter } from '../../users/users.events.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';

/** From credentials to a token, and from a token to none. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly authenticator: Authenticator,
    private readonly logins: Logins,
    private readonly hooks: HookRunner,
    private readonly events: UserEventsEmitter,
    private readonly repository: UsersRepository,
    @Optional() private readonly sessions?: SessionsService,
  ) {}

  /** @returns the user, and the fields of the answer, if the transport puts the token there */
  async login(plan: LoginPlan, credentials: LoginDto, request: HttpRequest, response: HttpResponse) {
    this.authenticator.backend(plan.backend).transport.checkOrigin?.(request);
    const user = await this.users.authenticate(credentials, request);
    return { user, body: await this.logins.finish(user, plan, request, response) };
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
