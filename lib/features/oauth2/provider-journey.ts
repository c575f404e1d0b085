import { Inject, Injectable } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { InvalidBodyError } from '../../common/users-error.js';
import { type Attempt, type AttemptKind, Attempts, type Errand } from './attempts.js';
import type { OAuthClient, ProviderLogin } from './clients/oauth-client.js';
import { OAuthClients } from './clients/oauth-clients.js';
import { OAuthProviderError, ProviderFault } from './oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';

/** Which way to a provider it is, and the path by which it comes back. */
export interface Journey extends AttemptKind {
  callbackPath: string;
}

/** To a provider and back. */
@Injectable()
export class ProviderJourney {
  constructor(
    private readonly attempts: Attempts,
    private readonly clients: OAuthClients,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /**
   * @param scopes that are asked for beside the client's own
   * @returns where the browser shall go
   * @throws {InvalidBodyError}, {OAuthProviderUnavailableError}
   */
  async begin(
    journey: Journey,
    scopes: readonly string[] = [],
    errand: Errand,
    response: HttpResponse,
  ): Promise<string> {
    const client = this.client(journey);
    const wanted = scopesOf(client, scopes);
    const attempt = await this.attempts.begin(journey, errand, response);
    return client.authorizationUrl({ ...attempt, redirectUri: this.redirectUri(journey), scopes: wanted });
  }

  /** @throws {ForgedStateError}, {ExpiredStateError}, {InvalidStateError} */
  end(journey: Journey, request: HttpRequest, response: HttpResponse): Promise<Attempt> {
    const { state } = Object(request.query) as { state?: unknown };
    return this.attempts.end(journey, state, request, response);
  }

  /** @throws {OAuthProviderError}, {OAuthProviderUnavailableError} */
  async redeem(journey: Journey, attempt: Attempt, { query = {} }: HttpRequest): Promise<ProviderLogin> {
    const callback = new URL(this.redirectUri(journey));
    // Twice the same stays twice the same: openid-client refuses it.
    for (const [name, value] of Object.entries(query)) {
      for (const each of [value as unknown].flat()) {
        if (typeof each !== 'string') throw new OAuthProviderError(new ProviderFault(`${name} is no text.`));
        callback.searchParams.append(name, each);
      }
    }
    const state = callback.searchParams.get('state') ?? '';
    return this.client(journey).redeem(callback, { ...attempt, state });
  }

  private client({ client }: AttemptKind): OAuthClient {
    return this.clients.get(client) as OAuthClient;
  }

  /** From the settings alone: whoever writes a `Host` header must not choose where a code is sent. */
  private redirectUri({ callbackPath }: Journey): string {
    return `${this.settings.redirectUrl}/${callbackPath}`;
  }
}

function scopesOf({ settings: { scopes, allowedScopes } }: OAuthClient, asked: readonly string[]): string[] {
  const stranger = asked.find((scope) => !scopes.includes(scope) && !allowedScopes.includes(scope));
  if (stranger === undefined) return [...new Set([...scopes, ...asked])];
  const msg = 'One of these scopes may not be asked for.';
  throw new InvalidBodyError([{ loc: ['query', 'scopes'], msg, type: 'scope' }]);
}
