import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { AUTHORIZE, AuthenticatingGuard, TOOLS } from '../../authentication/authenticating.guard.js';
import { type GuardRule, RULE } from '../../authentication/guard-rule.js';
import { type HttpRequest, responseOf, withHeaders } from '../../common/http.js';
import { NotAuthenticatedError } from '../../common/users-error.js';

/**
 * Lets in requests with a valid credential of this backend. An invalid one is removed from the browser that
 * sent it.
 */
export function createOwnCredentialGuard(backend: string): Type<CanActivate> {
  @Injectable()
  class OwnCredentialGuard extends AuthenticatingGuard {
    static override readonly [RULE]: GuardRule = {
      name: 'the guard of a logout',
      options: { backends: [backend] },
      answersAnonymous: true,
    };

    override async canActivate(context: ExecutionContext): Promise<boolean> {
      const { transport } = this[TOOLS].authenticator.backend(backend);
      const response = responseOf(context);
      try {
        transport.checkOrigin?.(context.switchToHttp().getRequest<HttpRequest>());
        return await super.canActivate(context);
      } catch (error) {
        if (error instanceof NotAuthenticatedError) transport.clear?.(response);
        throw withHeaders(error, response);
      }
    }

    override [AUTHORIZE](): void {}
  }
  return OwnCredentialGuard;
}
