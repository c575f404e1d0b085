import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AUTHORIZE, AuthenticatingGuard } from '../../authentication/authenticating.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { type GuardRule, RULE } from '../../authentication/guard-rule.js';
import type { HttpRequest } from '../../common/http.js';
import { RoleNotFoundError } from '../../roles/roles.errors.js';
import { RolesRepository } from '../../roles/roles.repository.js';

/**
 * An unknown role is answered with `404` whatever the body contains, so the role is looked up before the body
 * is read.
 */
@Injectable()
export class KnownRoleGuard extends AuthenticatingGuard {
  static override readonly [RULE]: GuardRule = { name: 'the guard of a role', options: {} };

  @Inject(RolesRepository)
  private readonly roles!: RolesRepository;

  override async [AUTHORIZE](_identity: Identity, context: ExecutionContext): Promise<void> {
    const { params } = context.switchToHttp().getRequest<HttpRequest>();
    if (!(await this.roles.findById(params?.['id']))) throw new RoleNotFoundError();
  }
}
