import { Logger } from '@nestjs/common';
import * as openid from 'openid-client';
import { CodedError } from '../../../common/users-error.js';
import { OAuthProviderError, ProviderFault } from '../oauth2.errors.js';
import type { ClientSettings } from './client.settings.js';
import { causesOf, describeFailure, isDenial, isRefusal } from './failure.js';
import { Exchange, guardedFetch, placeOf } from './guarded-fetch.js';
import { type ProviderIdentity, readIdentity } from './provider-identity.js';

/** The values of an authorization request that the client's settings do not contain. */
export interface AuthorizationRequest {
  redirectUri: string;
  state: string;
  nonce: string;
  codeVerifier: string;
  scopes: readonly string[];
}

/** The values that a callback is checked against. */
export type CallbackChecks = Pick<AuthorizationRequest, 'state' | 'nonce' | 'codeVerifier'>;

/** Tokens of the provider for its own API. */
export interface ProviderTokens {
  accessToken: string;
  refreshToken: string | undefined;
  expiresAt: Date | undefined;
}

/** The user who logged in at the provider, and the provider's tokens. */
export interface ProviderLogin extends ProviderIdentity {
  tokens: ProviderTokens;
}

type Tokens = openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers;

/**
 * One provider. openid-client does discovery, PKCE (RFC 7636), nonce, issuer (RFC 9207) and signatures. Methods
 * throw only {@link OAuthProviderError} or {@link OAuthProviderUnavailableError}.
 */
export class OAuthClient {
  private readonly logger = new Logger('UsersModule');
  private configuration: Promise<openid.Configuration> | undefined;

  constructor(
    readonly settings: ClientSettings,
    private readonly timeoutSeconds: number,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  /** The provider's URL to which the browser is sent. */
  authorizationUrl({
    redirectUri,
    state,
    nonce,
    codeVerifier,
    scopes,
  }: AuthorizationRequest): Promise<string> {
    return this.guarded(async (configuration) => {
      const { isOpenId, authorizationParameters } = this.settings;
      const url = openid.buildAuthorizationUrl(configuration, {
        ...authorizationParameters,
        redirect_uri: redirectUri,
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
        state,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(isOpenId && { nonce }),
      });
      return url.href;
    });
  }

  /** @param callback the redirect URI with the query that the browser sent */
  redeem(callback: URL, { state, nonce, codeVerifier }: CallbackChecks): Promise<ProviderLogin> {
    return this.guarded(async (configuration) => {
      const { isOpenId } = this.settings;
      const checks = { expectedState: state, pkceCodeVerifier: codeVerifier };
      const tokens = await openid.authorizationCodeGrant(configuration, callback, {
        ...checks,
        ...(isOpenId && { expectedNonce: nonce, idTokenExpected: true }),
      });
      const claims = isOpenId ? await this.claimsOf(tokens, configuration) : {};
      const ask = (url: string) => askProvider(configuration, tokens.access_token, url);
      const issuer = isOpenId ? String(claims['iss']) : this.settings.server.issuer;
      const profile = await this.settings.readProfile({ claims, ask });
      return { ...readIdentity(profile, issuer, this.settings), tokens: tokensOf(tokens) };
    });
  }

  /** @throws {OAuthProviderError} for a refresh token that the provider no longer accepts */
  refresh(refreshToken: string): Promise<ProviderTokens> {
    return this.guarded(async (configuration) => {
      const renewed = tokensOf(await openid.refreshTokenGrant(configuration, refreshToken));
      return { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
    });
  }

  /** The claims of the ID token, and if they have no address, also those of the user info endpoint. */
  private async claimsOf(
    tokens: Tokens,
    configuration: openid.Configuration,
  ): Promise<Record<string, unknown>> {
    const claims = tokens.claims() ?? ({} as openid.IDToken);
    if (claims['email'] !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) {
      return claims;
    }
    const info = await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    // `email_verified` must come from the same place as the address.
    const { email_verified: _, ...rest } = claims;
    return { ...info, ...rest, ...('email_verified' in info && { email_verified: info.email_verified }) };
  }

  private async guarded<T>(work: (configuration: openid.Configuration) => Promise<T>): Promise<T> {
    const exchange = new Exchange(this.timeoutSeconds);
    try {
      return await exchange.run(async () => work(await this.configure()));
    } catch (error) {
      // The provider's endpoints or keys may have changed, so the next login discovers them again.
      if (exchange.hasAsked && !isRefusal(error)) this.configuration = undefined;
      const failure = `The provider ${this.name} failed: ${describeFailure(error)}`;
      if (!isDenial(error)) this.logger.warn(failure);
      const known = causesOf(error).find((cause) => cause instanceof CodedError);
      // An error of openid-client contains the provider's answer with its tokens, so it is not passed on.
      throw known ?? new OAuthProviderError(new ProviderFault(failure));
    }
  }

  /** Runs discovery at the first login, and again after a failure. */
  private configure(): Promise<openid.Configuration> {
    this.configuration ??= this.discover();
    return this.configuration;
  }

  private async discover(): Promise<openid.Configuration> {
    const { server, clientId, isOpenId, allowInsecureRequests } = this.settings;
    const execute = [
      // "Non-repudiation" is openid-client's name for the check of the ID token's signature.
      ...(isOpenId ? [openid.enableNonRepudiationChecks] : []),
      ...(allowInsecureRequests ? [openid.allowInsecureRequests] : []),
    ];
    const { issuer, authorizationUrl, tokenUrl } = server;
    if (tokenUrl === undefined) {
      const options = { execute, [openid.customFetch]: guardedFetch, timeout: this.timeoutSeconds };
      const found = await openid.discovery(
        new URL(issuer),
        clientId,
        undefined,
        this.authentication(),
        options,
      );
      requireEndpoints(found.serverMetadata());
      return found;
    }
    const known = { issuer, authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl };
    const configuration = new openid.Configuration(known, clientId, undefined, this.authentication());
    configuration[openid.customFetch] = guardedFetch;
    configuration.timeout = this.timeoutSeconds;
    for (const each of execute) each(configuration);
    return configuration;
  }

  /**
   * The authentication method that the provider lists; otherwise `client_secret_basic`, the default of OpenID
   * Connect Discovery, or the client's own setting.
   */
  private authentication(): openid.ClientAuth {
    const { isOpenId, clientAuthentication } = this.settings;
    const clientSecret = this.settings.secret();
    if (clientSecret === undefined) return openid.None();
    const [post, basic] = [openid.ClientSecretPost(clientSecret), openid.ClientSecretBasic(clientSecret)];
    return (server, ...rest) => {
      const { token_endpoint_auth_methods_supported: methods } = server;
      const takesPost = methods
        ? methods.includes('client_secret_post')
        : !isOpenId && clientAuthentication !== 'basic';
      (takesPost ? post : basic)(server, ...rest);
    };
  }
}

async function askProvider(
  configuration: openid.Configuration,
  accessToken: string,
  url: string,
): Promise<unknown> {
  const headers = new Headers({ accept: 'application/json' });
  const answer = await openid.fetchProtectedResource(
    configuration,
    accessToken,
    new URL(url),
    'GET',
    null,
    headers,
  );
  if (answer.status !== 200) throw new ProviderFault(`${placeOf(url)} answered ${answer.status}.`);
  return answer.json();
}

function requireEndpoints(server: openid.ServerMetadata): void {
  const missing = (['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const).find(
    (name) => !URL.canParse(server[name] ?? ''),
  );
  if (missing !== undefined) throw new ProviderFault(`The issuer names no ${missing}.`);
}

const LONGEST_TOKEN = 16 * 1024;
const LONGEST_LIFETIME_SECONDS = 10 * 365 * 86_400;

function tokensOf(tokens: Tokens): ProviderTokens {
  const { access_token: accessToken, refresh_token: refreshToken } = tokens;
  if (accessToken.length > LONGEST_TOKEN || (refreshToken?.length ?? 0) > LONGEST_TOKEN) {
    throw new ProviderFault('A token of the provider is too long.');
  }
  const seconds = tokens.expiresIn() ?? Infinity;
  const ends = seconds <= LONGEST_LIFETIME_SECONDS;
  return { accessToken, refreshToken, expiresAt: ends ? new Date(Date.now() + seconds * 1000) : undefined };
}
