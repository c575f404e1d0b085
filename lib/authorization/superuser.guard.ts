import { Injectable, type Type } from '@nestjs/common';
import { named } from '../authentication/authenticated.guard.js';
import { AUTHORIZE, AuthenticatingGuard } from '../authentication/authenticating.guard.js';
import type { Identity } from '../authentication/backend.js';
import { type GuardRule, RULE, type UsersGuard } from '../authentication/guard-rule.js';
import { notCalled, tellForgottenCall } from '../authentication/parentheses.js';
import { refuseArguments } from '../common/option-checks.js';
import { NotAllowedError } from '../common/users-error.js';
import { noteRight } from '../authentication/rights.js';

@Injectable()
class SuperuserGuard extends AuthenticatingGuard {
  static override readonly [RULE]: GuardRule = { name: 'Superuser()', options: {}, authorizes: true };

  override [AUTHORIZE](identity: Identity): void {
    if (!identity.user.isSuperuser) throw new NotAllowedError();
    noteRight(identity, { superuser: true });
  }
}
named(SuperuserGuard, 'Superuser', {});

/**
 * A guard that lets in superusers. It answers `401` without a login and `403` to any other user. It
 * authenticates by itself.
 */
export function Superuser(...none: never[]): Type<UsersGuard> {
  if (new.target) return notCalled(new.target);
  refuseArguments('Superuser()', none, Superuser);
  return SuperuserGuard;
}
tellForgottenCall(Superuser, 'Superuser()');
