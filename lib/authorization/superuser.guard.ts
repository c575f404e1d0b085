import { type CanActivate, Injectable, type Type } from '@nestjs/common';
import { AuthenticatingGuard, named } from '../authentication/authenticated.guard.js';
import type { Identity } from '../authentication/backend.js';
import { NotAllowedError } from '../common/users-error.js';

@Injectable()
class SuperuserGuard extends AuthenticatingGuard {
  protected authorize({ user }: Identity): void {
    if (!user.isSuperuser) throw new NotAllowedError();
  }
}
named(SuperuserGuard, 'Superuser', {});

/** A guard that lets in superusers: `401` for nobody, `403` for anybody else. It authenticates by itself. */
export const Superuser = (): Type<CanActivate> => SuperuserGuard;
