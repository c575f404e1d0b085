import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type Type,
} from '@nestjs/common';
import { AUTHORIZE, AuthenticatingGuard, TOOLS } from '../../authentication/authenticating.guard.js';
import type { Identity } from '../../authentication/backend.js';
import type { HttpRequest } from '../../common/http.js';
import { type LoadOptions, mergeLoadOptions } from '../../users/load-options.js';
import { WITH_ROLES } from '../../roles/roles.service.js';
import { refuseTarget } from '../../authorization/authority.js';
import { heldRoles, holdsAll } from '../../authorization/held-roles.js';
import { type GuardRule, RULE } from '../../authentication/guard-rule.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UserNotFoundError } from '../../users/users.errors.js';

const TARGET = Symbol('nestjs-users: the user whom this request is about');
type Marked = HttpRequest & { [TARGET]?: BaseUser };

/**
 * Finds the user in the path before the body is read, so that an unknown user or a malformed id is answered
 * with `404` whatever the body contains. Only a superuser may change a superuser, or a user with a role that
 * the administrator does not have.
 */
export function createTargetUserGuard(load: LoadOptions | undefined, hasRoles: boolean): Type<CanActivate> {
  const loadTarget = hasRoles ? mergeLoadOptions(WITH_ROLES, load ?? {}) : load;

  @Injectable()
  class TargetUserGuard extends AuthenticatingGuard {
    static override readonly [RULE]: GuardRule = {
      name: 'the guard of a user',
      options: {},
      needs: hasRoles ? WITH_ROLES : undefined,
    };

    override async [AUTHORIZE]({ user }: Identity, context: ExecutionContext): Promise<void> {
      const request = context.switchToHttp().getRequest<Marked>();
      const target = await this[TOOLS].users.findById(request.params?.['id'], loadTarget);
      if (!target) throw new UserNotFoundError();
      const isChange = request.method !== 'GET' && request.method !== 'HEAD';
      if (isChange && !user.isSuperuser && !(await this.mayChange(user, target))) throw refuseTarget();
      request[TARGET] = target;
    }

    private async mayChange(user: BaseUser, target: BaseUser): Promise<boolean> {
      if (target.isSuperuser) return false;
      if (!hasRoles) return true;
      return holdsAll(user, await heldRoles(target, this[TOOLS].users), this[TOOLS].users);
    }
  }
  return TargetUserGuard;
}

/** The user that the guard found. */
export const TargetUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Marked>()[TARGET],
);
