import type { INestApplication } from '@nestjs/common';
import { createHash, randomUUID } from 'node:crypto';
import type { OAuthProfile } from '../features/oauth2/clients/client.options.js';
import type { AuthorizationRequest, OAuthClient } from '../features/oauth2/clients/oauth-client.js';
import { OAuthClients } from '../features/oauth2/clients/oauth-clients.js';
import { readIdentity } from '../features/oauth2/clients/provider-identity.js';
import { OAuthProviderError, ProviderFault } from '../features/oauth2/oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../features/oauth2/oauth2.settings.js';
import { describedRoutes } from '../module/described-routes.js';
import type { ResolvedPlan } from '../module/plan.js';
import { PLAN } from '../module/providers.js';
import { listening } from './loopback.js';
import { refuseOutsideTests } from './tests-only.js';

/** What the provider says of the person who logs in there. */
export interface FakeAccount extends OAuthProfile {}

/** The request that starts a login at a provider. */
export interface FakeLoginOptions {
  /**
   * The path of the route `authorize`, with a query if it needs one, such as `?redirect_to=…`.
   * @default by the options of `oauth2`, the global prefix and the version
   */
  path?: string;
  /**
   * Header fields of both requests, such as those of `actingAs()`.
   * @default none
   */
  headers?: Readonly<Record<string, string>>;
}

/** A provider that stands in for the real one of a client. */
export interface FakeProvider {
  /**
   * Logs a person in by the provider, from the route `authorize` to the route `callback`, as a browser does.
   * @returns the answer of the callback; or that of `authorize`, if it starts no login
   */
  logIn(account: FakeAccount, options?: FakeLoginOptions): Promise<Response>;
  /** As {@link logIn}, for a person who cancels at the provider. */
  cancel(options?: FakeLoginOptions): Promise<Response>;
  /**
   * For a test that sends both requests itself.
   * @param authorizationUrl what the route `authorize` answered
   * @param account `undefined` for a person who cancels
   * @returns the path of the route `callback`, with its query
   */
  callback(authorizationUrl: string, account: FakeAccount | undefined): string;
  /** Gives the client its real provider back. */
  restore(): void;
}

/**
 * Lets a client of `oauth2` speak with a fake provider: the state, the cookie, PKCE and all decisions about users stay real,
 * and nothing leaves the process. `trustEmail` of the client still decides whether `emailVerified` counts. The function
 * `profile` of the client does not run.
 * @param client the name of the client: `google` for `google({ … })`
 * @throws {Error} for an unknown client
 * @throws {ConfigurationError} if `NODE_ENV` is set, and is neither `test` nor `development`
 * @example
 * const google = fakeProvider(app, 'google');
 * const answer = await google.logIn({ subject: '42', email: 'ada@example.com', emailVerified: true });
 */
export function fakeProvider(app: INestApplication, client: string): FakeProvider {
  refuseOutsideTests('fakeProvider');
  return new ReplacedProvider(app, clientOf(app, client));
}

function clientOf(app: INestApplication, name: string): OAuthClient {
  const client = app.get(OAuthClients, { strict: false }).get(name);
  if (client) return client;
  const { clients } = app.get<OAuth2Settings>(OAUTH2_SETTINGS, { strict: false });
  const names = clients.map((each) => each.name).join(', ');
  throw new Error(`fakeProvider(): the client ${name} does not exist; the clients are ${names}.`);
}

/** A reserved name, which no resolver knows (RFC 6761). */
const AUTHORIZATION_URL = 'https://provider.invalid/authorize';

class ReplacedProvider implements FakeProvider {
  private readonly logins = new Map<string, { account: FakeAccount; challenge: string | null }>();

  constructor(
    private readonly app: INestApplication,
    private readonly client: OAuthClient,
  ) {
    const replaced: Pick<OAuthClient, 'authorizationUrl' | 'redeem' | 'refresh'> = {
      authorizationUrl: (request) => Promise.resolve(authorizationUrl(request)),
      redeem: async (callback, { codeVerifier }) => this.redeem(callback.searchParams, codeVerifier),
      refresh: () => Promise.resolve(tokens()),
    };
    Object.assign(client, replaced);
  }

  logIn(account: FakeAccount, options: FakeLoginOptions = {}): Promise<Response> {
    return listening(this.app, (origin) => this.visit(origin, account, options));
  }

  cancel(options: FakeLoginOptions = {}): Promise<Response> {
    return listening(this.app, (origin) => this.visit(origin, undefined, options));
  }

  callback(url: string, account: FakeAccount | undefined): string {
    const { searchParams: asked, origin, pathname } = new URL(url);
    if (`${origin}${pathname}` !== AUTHORIZATION_URL) {
      throw new Error(`${origin}${pathname} is not the fake provider of the client ${this.client.name}.`);
    }
    const callback = new URL(asked.get('redirect_uri') as string);
    callback.searchParams.set('state', asked.get('state') as string);
    if (account) {
      const code = randomUUID();
      this.logins.set(code, { account, challenge: asked.get('code_challenge') });
      callback.searchParams.set('code', code);
    } else {
      callback.searchParams.set('error', 'access_denied');
    }
    return `${callback.pathname}${callback.search}`;
  }

  restore(): void {
    for (const name of ['authorizationUrl', 'redeem', 'refresh']) Reflect.deleteProperty(this.client, name);
  }

  private redeem(query: URLSearchParams, codeVerifier: string) {
    const code = query.get('code') ?? '';
    const login = this.logins.get(code);
    this.logins.delete(code);
    const isRight = login?.challenge === challengeOf(codeVerifier);
    if (!login || !isRight) throw new OAuthProviderError(new ProviderFault('The fake provider refuses.'));
    const { settings } = this.client;
    return { ...readIdentity(login.account, settings.server.issuer, settings), tokens: tokens() };
  }

  private async visit(
    origin: string,
    account: FakeAccount | undefined,
    { path = authorizePath(this.app, this.client.name), headers = {} }: FakeLoginOptions,
  ): Promise<Response> {
    const started = await fetch(`${origin}${path}`, { headers, redirect: 'manual' });
    const provider = await providerUrlOf(started);
    if (provider === undefined) return started;

    const set = started.headers.getSetCookie().map((field) => field.split(';', 1)[0]);
    const cookie = [headers['cookie'], ...set].filter(Boolean).join('; ');
    return fetch(`${origin}${this.callback(provider, account)}`, {
      headers: { ...headers, cookie },
      redirect: 'manual',
    });
  }
}

function authorizationUrl({ redirectUri, state, scopes, codeVerifier }: AuthorizationRequest): string {
  const asked = {
    redirect_uri: redirectUri,
    state,
    scope: scopes.join(' '),
    code_challenge: challengeOf(codeVerifier),
  };
  return `${AUTHORIZATION_URL}?${new URLSearchParams(asked).toString()}`;
}

/** RFC 7636 §4.2. */
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const tokens = () => ({ accessToken: randomUUID(), refreshToken: randomUUID(), expiresAt: undefined });

/** A script gets the address in the body, and a browser is redirected to it. */
async function providerUrlOf(answer: Response): Promise<string | undefined> {
  const location = answer.headers.get('location');
  if (location?.startsWith(AUTHORIZATION_URL)) return location;
  if (answer.status !== 200) return undefined;
  const text = await answer.clone().text();
  const [, found] = /"(https:\/\/provider\.invalid\/authorize\?[^"]+)"/.exec(text) ?? [];
  return found;
}

function authorizePath(app: INestApplication, client: string): string {
  const routes = describedRoutes(app, app.get<ResolvedPlan>(PLAN, { strict: false }));
  const route = routes.find(({ description }) => description.id === `oauth2_${client}_authorize`);
  return route?.path as string;
}
