import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type Type,
} from '@nestjs/common';
import { AuthenticatingGuard } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import type { HttpRequest } from '../../common/http.js';
import { NotAllowedError } from '../../common/users-error.js';
import { type LoadOptions, mergeLoadOptions } from '../../users/load-options.js';
import { WITH_ROLES } from '../../roles/roles.service.js';
import { heldRoles, holdsAll } from '../../authorization/held-roles.js';
import { NEEDS } from '../../authentication/user-load-options.decorator.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UserNotFoundError } from '../../users/users.errors.js';
import { UsersRepository } from '../../users/users.repository.js';

const TARGET = Symbol('nestjs-users: the user whom this request is about');
type Marked = HttpRequest & { [TARGET]?: BaseUser };

/**
 * Finds the user whom the path names, before the body is read: a missing one is `404` whatever the body says, and
 * so is an id that can be nobody's. Nobody but a superuser changes a superuser, or a user with a role that they
 * lack themselves.
 */
export function createTargetUserGuard(load: LoadOptions | undefined, hasRoles: boolean): Type<CanActivate> {
  const loadTarget = hasRoles ? mergeLoadOptions(WITH_ROLES, load ?? {}) : load;

  @Injectable()
  class TargetUserGuard extends AuthenticatingGuard {
    static readonly [NEEDS] = hasRoles ? WITH_ROLES : undefined;

    @Inject(UsersRepository)
    readonly users!: UsersRepository;

    protected async authorize({ user }: Identity, context: ExecutionContext): Promise<void> {
      const request = context.switchToHttp().getRequest<Marked>();
      const target = await this.users.findById(request.params?.['id'], loadTarget);
      if (!target) throw new UserNotFoundError();
      const isChange = request.method !== 'GET' && request.method !== 'HEAD';
      if (isChange && !user.isSuperuser && !(await this.mayChange(user, target)))
        throw new NotAllowedError('You may not change this user, who has more rights than you.');
      request[TARGET] = target;
    }

    private async mayChange(user: BaseUser, target: BaseUser): Promise<boolean> {
      if (target.isSuperuser) return false;
      if (!hasRoles) return true;
      return holdsAll(user, await heldRoles(target, this.users), this.users);
    }
  }
  return TargetUserGuard;
}

/** The user whom the guard found. */
export const TargetUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Marked>()[TARGET],
);
