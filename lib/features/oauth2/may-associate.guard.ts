import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthenticatingGuard } from '../../authentication/authenticated.guard.js';
import type { Identity, Transport } from '../../authentication/backend.js';
import { CrossOriginRequestError } from '../../authentication/transports/origin-check.js';
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
    if (identity.backend.transport.checkOrigin) requireOwnPage(identity.backend.transport, request);
    await this.reauthentication.require(identity, request, this.own.requireFreshLogin);
  }
}

/**
 * A GET that changes something: another site's page could begin it, and end it with an account of its own. Browsers
 * say nothing of a link in a mail, and older ones nothing of any link, so silence is no proof here.
 */
function requireOwnPage(transport: Transport, { headers }: HttpRequest): void {
  const { 'sec-fetch-site': site, referer } = headers;
  const origin = headers.origin ?? (URL.canParse(referer ?? '') ? new URL(referer ?? '').origin : undefined);
  if (site === 'none' || (site !== 'same-origin' && origin === undefined))
    throw new CrossOriginRequestError();
  transport.checkOrigin?.({ headers: { ...headers, origin }, method: 'POST' });
}
