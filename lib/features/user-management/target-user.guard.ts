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
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UserNotFoundError } from '../../users/users.errors.js';
import { UsersRepository } from '../../users/users.repository.js';

const TARGET = Symbol('nestjs-users: the user whom this request is about');
type Marked = HttpRequest & { [TARGET]?: BaseUser };

/**
 * Finds the user whom the path names, before the body is read: a missing one is `404` whatever the body says, and
 * so is an id that can be nobody's. Nobody but a superuser changes a superuser.
 */
export function createTargetUserGuard(load: LoadOptions | undefined): Type<CanActivate> {
  @Injectable()
  class TargetUserGuard extends AuthenticatingGuard {
    @Inject(UsersRepository)
    readonly users!: UsersRepository;

    protected async authorize({ user }: Identity, context: ExecutionContext): Promise<void> {
      const request = context.switchToHttp().getRequest<Marked>();
      const target = await this.users.findById(request.params?.['id'], load);
      if (!target) throw new UserNotFoundError();
      const isChange = request.method !== 'GET' && request.method !== 'HEAD';
      if (isChange && target.isSuperuser && !user.isSuperuser) throw new NotAllowedError();
      request[TARGET] = target;
    }
  }
  return TargetUserGuard;
}

/** The user whom the guard found. */
export const TargetUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Marked>()[TARGET],
);
