import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { AuthenticatingGuard } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import type { HttpRequest } from '../../common/http.js';
import { NotAllowedError } from '../../common/users-error.js';
import { sentName, validatedProperties } from '../../common/validation/dto-input.js';

/** What a user who is not verified may send: enough to mend a mistyped address. */
const ALLOWED_UNVERIFIED = ['email', 'currentPassword'];

/** Lets in verified users, and unverified ones who change nothing but their address, unless `isStrict`. */
export function createMayChangeSelfGuard(updateDto: Type, isStrict: boolean): Type<CanActivate> {
  const forbidden = validatedProperties(updateDto)
    .filter((property) => !ALLOWED_UNVERIFIED.includes(property))
    .map((property) => sentName(updateDto, property));

  @Injectable()
  class MayChangeSelfGuard extends AuthenticatingGuard {
    protected override readonly options = { verified: false };

    protected authorize({ user }: Identity, context: ExecutionContext): void {
      if (user.isVerified || !this.settings.requireVerification) return;
      const { body } = context.switchToHttp().getRequest<HttpRequest>();
      const asksForMore = forbidden.some((name) => Object.hasOwn(Object(body) as object, name));
      if (isStrict || asksForMore) throw new NotAllowedError('Confirm your e-mail address first.');
    }
  }
  return MayChangeSelfGuard;
}
