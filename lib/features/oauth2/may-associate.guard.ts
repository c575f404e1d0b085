import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { AUTHORIZE, AuthenticatingGuard } from '../../authentication/authenticating.guard.js';
import type { Identity, Transport } from '../../authentication/backend.js';
import { CrossOriginRequestError } from '../../authentication/transports/origin-check.js';
import { Reauthentication } from '../../authentication/reauthentication.js';
import { type GuardRule, RULE } from '../../authentication/guard-rule.js';
import type { HttpRequest } from '../../common/http.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';

/** Lets in users with a fresh login, whose request does not come from a page of another site. */
@Injectable()
export class MayAssociateGuard extends AuthenticatingGuard {
  static override readonly [RULE]: GuardRule = { name: 'the guard of an association', options: {} };

  @Inject(Reauthentication)
  private readonly reauthentication!: Reauthentication;

  @Inject(OAUTH2_SETTINGS)
  private readonly own!: OAuth2Settings;

  override async [AUTHORIZE](identity: Identity, context: ExecutionContext): Promise<void> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    if (identity.backend.transport.checkOrigin) requireOwnPage(identity.backend.transport, request);
    await this.reauthentication.require(identity, request, this.own.freshLoginSeconds);
  }
}

/**
 * Checks the origin of a GET that changes something: a page of another site could start it, and link an account
 * of the attacker. A browser sends no origin for a link in a mail, and an old browser for no link, so a missing
 * header is refused.
 */
function requireOwnPage(transport: Transport, { headers, url }: HttpRequest): void {
  const { 'sec-fetch-site': site, referer } = headers;
  const origin = headers.origin ?? (URL.canParse(referer ?? '') ? new URL(referer ?? '').origin : undefined);
  if (site === 'none' || (site !== 'same-origin' && origin === undefined))
    throw new CrossOriginRequestError();
  transport.checkOrigin?.({ headers: { ...headers, origin }, method: 'POST', url });
}
