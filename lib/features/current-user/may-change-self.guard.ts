import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { AUTHORIZE, AuthenticatingGuard, TOOLS } from '../../authentication/authenticating.guard.js';
import { type GuardRule, RULE } from '../../authentication/guard-rule.js';
import type { Identity } from '../../authentication/backend.js';
import { noteRight } from '../../authentication/rights.js';
import type { HttpRequest } from '../../common/http.js';
import { VerificationRequiredError } from '../../users/users.errors.js';
import { sentName, validatedProperties } from '../../common/validation/dto-properties.js';

/** The fields that an unverified user may send: enough to correct a mistyped address. */
const ALLOWED_UNVERIFIED = ['email', 'currentPassword'];

/** Lets in verified users, and unless `isStrict`, also unverified users who change only their address. */
export function createMayChangeSelfGuard(updateDto: Type, isStrict: boolean): Type<CanActivate> {
  const forbidden = validatedProperties(updateDto)
    .filter((property) => !ALLOWED_UNVERIFIED.includes(property))
    .map((property) => sentName(updateDto, property));

  @Injectable()
  class MayChangeSelfGuard extends AuthenticatingGuard {
    static override readonly [RULE]: GuardRule = {
      name: 'the guard of the user’s own account',
      options: { verified: false },
    };

    override [AUTHORIZE](identity: Identity, context: ExecutionContext): void {
      if (!this[TOOLS].settings.requireVerification) return;
      const { body } = context.switchToHttp().getRequest<HttpRequest>();
      const asksForMore = forbidden.some((name) => Object.hasOwn(Object(body) as object, name));
      if (!isStrict && !asksForMore) return;
      if (!identity.user.isVerified) throw new VerificationRequiredError();
      noteRight(identity, { verified: true });
    }
  }
  return MayChangeSelfGuard;
}
