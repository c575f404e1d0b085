import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthenticatingGuard } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { Reauthentication } from '../../authentication/reauthentication.js';
import type { HttpRequest } from '../../common/http.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';

/** Lets in whoever logged in lately, and was not sent by a page of another site. */
@Injectable()
export class MayAssociateGuard extends AuthenticatingGuard {
  @Inject(Reauthentication)
  private readonly reauthentication!: Reauthentication;

  @Inject(OAUTH2_SETTINGS)
  private readonly own!: OAuth2Settings;

  protected async authorize(identity: Identity, context: ExecutionContext): Promise<void> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    // A GET that changes something: another site's page could begin it, and end it with an account of its own.
    identity.backend.transport.checkOrigin?.({ headers: request.headers, method: 'POST' });
    await this.reauthentication.require(identity, request, this.own.requireFreshLogin);
  }
}
