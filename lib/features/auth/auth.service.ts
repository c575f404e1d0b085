import { Injectable, Optional } from '@nestjs/common';
import { Authenticator, loginsBeside } from '../../authentication/authenticator.js';
import type { Identity } from '../../authentication/backend.js';
import { type LoginPlan, LoginService } from '../../authentication/login.service.js';
import { SessionsService } from '../../authentication/sessions/sessions.service.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { andThen } from '../../common/late-write.js';
import { HostMoments } from '../../accounts/moments.js';
import type { LoginDto } from '../../users/users.dto.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../accounts/users.service.js';

/** Logs users in with credentials, and logs them out. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly authenticator: Authenticator,
    private readonly logins: LoginService,
    private readonly moments: HostMoments,
    private readonly repository: UsersRepository,
    @Optional() private readonly sessions?: SessionsService,
  ) {}

  /** @returns the user, and the fields of the answer if the transport sends the token there */
  async login(
    plan: LoginPlan & { backend: string },
    credentials: LoginDto,
    request: HttpRequest,
    response: HttpResponse,
  ) {
    this.authenticator.backend(plan.backend).transport.checkOrigin?.(request);
    const user = await this.users.authenticate(credentials, request);
    return { user, body: await this.logins.finish(user, plan, request, response) };
  }

  async logout(identity: Identity, request: HttpRequest, response: HttpResponse): Promise<void> {
    await andThen(revokeAll(identity), () => this.afterLogout(identity, request));
    identity.backend.transport.clear?.(response);
  }

  /** Ends every login of the user, in every backend. */
  async logoutAll(identity: Identity, request: HttpRequest, response: HttpResponse): Promise<void> {
    const { user, backend } = identity;
    const ended: Promise<unknown> = this.sessions?.endAll(user) ?? this.repository.raiseTokenVersion(user.id);
    await andThen(ended, () => this.afterLogout(identity, request));
    backend.transport.clear?.(response);
  }

  private async afterLogout({ user }: Identity, request: HttpRequest): Promise<void> {
    await this.moments.of(this.users, request).after('loggedOut', user);
  }
}

/** Ends every login that the request sent. Otherwise, the browser would continue with another one. */
function revokeAll(identity: Identity): Promise<unknown> {
  let revoked: Promise<unknown> = Promise.resolve();
  for (const each of [...loginsBeside(identity), identity]) {
    revoked = andThen(revoked, () => each.backend.strategy.revoke(each));
  }
  return revoked;
}
