import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { errors, jwtVerify, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { randomNonce, randomPKCECodeVerifier } from 'openid-client';
import { cookieValues } from '../../../common/cookie-values.js';
import type { HttpRequest, HttpResponse } from '../../../common/http.js';
import { InvalidBodyError } from '../../../common/users-error.js';
import type { OAuthClient, ProviderLogin } from '../clients/oauth-client.js';
import { OAuthClients } from '../clients/oauth-clients.js';
import {
  ExpiredStateError,
  ForgedStateError,
  InvalidStateError,
  OAuthProviderError,
  ProviderFault,
} from '../oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';
import { EncryptedTokens } from './encrypted-tokens.js';
import { OneTimeTokens } from './one-time-tokens.js';
import type { UserSnapshot } from './user-snapshot.js';

/** The routes at which a flow begins and ends. */
export interface FlowRoute {
  client: string;
  /** Why the user is sent to the provider. */
  intent: 'login' | 'associate';
  callbackPath: string;
}

/** Values that are known when a flow begins and needed when it ends. */
export interface FlowContext {
  /** The host's page to which the browser returns. */
  redirectTo?: string | undefined;
  /** The page's own code challenge (RFC 7636), for the code that it gets. */
  codeChallenge?: string | undefined;
  /** The user to link the account to, as the user was at the beginning. */
  user?: UserSnapshot | undefined;
  /** The login that requests the link, if it can end by itself. The flow is invalid after it has ended. */
  login?: string | undefined;
}

/** A flow that has begun. The browser's cookie contains it, encrypted. */
export interface PendingFlow extends FlowContext {
  id: string;
  nonce: string;
  codeVerifier: string;
}

const LIFETIME_SECONDS = 600;
const STATE = { algorithms: ['HS256'], requiredClaims: ['jti', 'exp'] };

/**
 * The authorization code flow, to a provider and back (RFC 6749 §4.1). The state is signed and names the route.
 * All other values are in an encrypted cookie of the browser. A flow can end only once, in the same browser,
 * and within ten minutes (RFC 9700 §2.1, §4.7).
 */
@Injectable()
export class AuthorizationFlow {
  private readonly isSecure: boolean;
  private readonly stateAudience: string;
  private readonly cookies: EncryptedTokens<PendingFlow>;

  constructor(
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
    private readonly clients: OAuthClients,
    private readonly oneTimeTokens: OneTimeTokens,
    private readonly adapter: HttpAdapterHost,
  ) {
    const { publicUrl, keys } = settings;
    this.isSecure = publicUrl.startsWith('https:');
    // Two applications may share a secret.
    this.stateAudience = `nestjs-users:oauth2-state:${publicUrl}`;
    this.cookies = new EncryptedTokens(keys.flow, `nestjs-users:oauth2-flow:${publicUrl}`);
  }

  /**
   * @param scopes scopes to request in addition to the client's own
   * @returns the provider's URL to which the browser is sent
   * @throws {InvalidBodyError}, {OAuthProviderUnavailableError}
   */
  async begin(
    route: FlowRoute,
    scopes: readonly string[] = [],
    context: FlowContext,
    response: HttpResponse,
  ): Promise<string> {
    const client = this.client(route);
    const wanted = scopesOf(client, scopes);
    const codeVerifier = randomPKCECodeVerifier();
    const flow: PendingFlow = { ...context, id: randomUUID(), nonce: randomNonce(), codeVerifier };
    const cookie = await this.cookies.lock(flow, { lifetimeSeconds: LIFETIME_SECONDS });
    const options = { ...this.attributes, maxAge: LIFETIME_SECONDS };
    this.adapter.httpAdapter.setCookie(response, this.cookieName(route), cookie, options);

    const state = await this.sign(flow.id, route);
    return client.authorizationUrl({ ...flow, state, redirectUri: this.redirectUri(route), scopes: wanted });
  }

  /**
   * Finds and ends the flow of this request. The provider is asked only after that.
   * @throws {ForgedStateError}, {ExpiredStateError}, {InvalidStateError}
   */
  async end(route: FlowRoute, request: HttpRequest, response: HttpResponse): Promise<PendingFlow> {
    const { state } = Object(request.query) as { state?: unknown };
    const { jti: id, exp, client, intent } = await this.verify(state);
    if (client !== route.client || intent !== route.intent) throw new InvalidStateError();
    const carried = cookieValues(request.headers.cookie, this.cookieName(route));
    const opened = await Promise.all(carried.map((value) => this.cookies.open(value)));
    const flow = opened.find((each) => each?.id === id);
    if (!flow) throw new InvalidStateError();

    const expiresAt = new Date((exp as number) * 1000);
    if (!(await this.oneTimeTokens.spend('oauth2-state', flow.id, expiresAt))) throw new InvalidStateError();
    this.adapter.httpAdapter.clearCookie(response, this.cookieName(route), this.attributes);
    return flow;
  }

  /**
   * Exchanges the provider's code for the user's identity at the provider.
   * @throws {OAuthProviderError}, {OAuthProviderUnavailableError}
   */
  async redeem(route: FlowRoute, flow: PendingFlow, { query = {} }: HttpRequest): Promise<ProviderLogin> {
    const callback = new URL(this.redirectUri(route));
    // A parameter that was sent twice is passed on twice, so that openid-client refuses it.
    for (const [name, value] of Object.entries(query)) {
      for (const each of [value as unknown].flat()) {
        if (typeof each !== 'string')
          throw new OAuthProviderError(new ProviderFault(`The parameter ${name} is not a text.`));
        callback.searchParams.append(name, each);
      }
    }
    const state = callback.searchParams.get('state') ?? '';
    return this.client(route).redeem(callback, { ...flow, state });
  }

  private client({ client }: FlowRoute): OAuthClient {
    return this.clients.get(client) as OAuthClient;
  }

  /** From the settings only: a client's `Host` header must not decide where a code is sent. */
  private redirectUri({ callbackPath }: FlowRoute): string {
    return `${this.settings.publicUrl}/${callbackPath}`;
  }

  /** With the prefix `__Host-`, a browser accepts the cookie from this host only. */
  private cookieName({ client, intent }: FlowRoute): string {
    return `${this.isSecure ? '__Host-' : ''}oauth2-${intent}-${client}`;
  }

  /** `lax`, because the browser returns from another site. */
  private get attributes() {
    return { path: '/', httpOnly: true, secure: this.isSecure, sameSite: 'lax' as const };
  }

  private sign(id: string, { client, intent }: FlowRoute): Promise<string> {
    const { id: kid, key } = this.settings.keys.state.signing;
    return new SignJWT({ client, intent })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setJti(id)
      .setAudience(this.stateAudience)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(key);
  }

  private async verify(state: unknown) {
    if (typeof state !== 'string') throw new ForgedStateError();
    const keyOf = ({ kid }: { kid?: string }) => this.settings.keys.state.require(kid);
    try {
      const options = { ...STATE, audience: this.stateAudience };
      return (await jwtVerify(state, keyOf, options)).payload;
    } catch (error) {
      throw error instanceof errors.JWTExpired ? new ExpiredStateError() : new ForgedStateError(error);
    }
  }
}

function scopesOf({ settings: { scopes, allowedScopes } }: OAuthClient, asked: readonly string[]): string[] {
  const stranger = asked.find((scope) => !scopes.includes(scope) && !allowedScopes.includes(scope));
  if (stranger === undefined) return [...new Set([...scopes, ...asked])];
  const msg = 'One of these scopes is not allowed.';
  throw new InvalidBodyError([{ loc: ['query', 'scopes'], msg, type: 'scope' }]);
}
