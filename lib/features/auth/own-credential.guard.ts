import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { AuthenticatingGuard } from '../../authentication/authenticated.guard.js';
import { type HttpRequest, responseOf, withHeaders } from '../../common/http.js';
import { NotAuthenticatedError } from '../../common/users-error.js';

/** Lets in whoever comes by a credential of this backend; a dead one is taken out of the browser that sent it. */
export function createOwnCredentialGuard(backend: string): Type<CanActivate> {
  @Injectable()
  class OwnCredentialGuard extends AuthenticatingGuard {
    protected override readonly options = { backends: [backend] };

    override async canActivate(context: ExecutionContext): Promise<boolean> {
      const { transport } = this.authenticator.backend(backend);
      const response = responseOf(context);
      try {
        transport.checkOrigin?.(context.switchToHttp().getRequest<HttpRequest>());
        return await super.canActivate(context);
      } catch (error) {
        if (error instanceof NotAuthenticatedError) transport.clear?.(response);
        throw withHeaders(error, response);
      }
    }

    protected authorize(): void {}
  }
  return OwnCredentialGuard;
}
