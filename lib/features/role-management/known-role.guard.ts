import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthenticatingGuard } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import type { HttpRequest } from '../../common/http.js';
import { RoleNotFoundError } from '../../roles/roles.errors.js';
import { RolesRepository } from '../../roles/roles.repository.js';

/** A role that there is not is `404` whatever the body says, so it is looked up before the body is read. */
@Injectable()
export class KnownRoleGuard extends AuthenticatingGuard {
  @Inject(RolesRepository)
  private readonly roles!: RolesRepository;

  protected async authorize(_identity: Identity, context: ExecutionContext): Promise<void> {
    const { params } = context.switchToHttp().getRequest<HttpRequest>();
    if (!(await this.roles.findById(params?.['id']))) throw new RoleNotFoundError();
  }
}
