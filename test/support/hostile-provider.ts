import { createHash, createHmac, generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Fields, IdTokenFault, Signer } from './hostile-id-tokens.js';
import { sendJson } from './misbehaviours.js';

/** What can be taken over; `api` is `/user` and `/user/emails`, as GitHub has them. */
export type Endpoint = 'discovery' | 'token' | 'jwks' | 'userinfo' | 'api';

export interface HostileProviderOptions {
  clientId?: string;
  clientSecret?: string;
  /** As GitHub is: no discovery, no ID tokens, only `/user` and `/user/emails`. */
  plainOAuth2?: boolean;
}

/** An OpenID Connect provider on 127.0.0.1 that does everything right until it is told otherwise. */
export async function startHostileProvider(options: HostileProviderOptions = {}): Promise<HostileProvider> {
  const keys = { published: await createKey(), unpublished: await createKey() };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider = new HostileProvider(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    options,
    keys,
    async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  );
  server.on('request', provider.answer);
  return provider;
}

/** Made by `startHostileProvider`; every field may be changed between two requests. */
export class HostileProvider {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `GET /jwks`, `POST /token` and so on, in order. */
  readonly requests: string[] = [];
  /** Client secret, codes, verifiers and tokens: all that nobody but the application may see. */
  readonly secrets: string[];
  /** What logins from now on are about: go over the claims of ID token and userinfo. */
  claims: Fields = {};
  /** What is wrong with ID tokens from now on; nothing in the beginning. */
  idToken: IdTokenFault = {};
  /** Go over the discovery document. */
  metadata: Fields = {};
  /** Go over the token endpoint's answer. */
  tokenAnswer: Fields = {};
  /** Go over the userinfo endpoint's answer. */
  userinfo: Fields = {};
  /** What `/user` and `/user/emails` answer. */
  api: { user: unknown; emails: unknown } = {
    user: { id: 583_231, login: 'ada', name: 'Ada Lovelace', email: null },
    emails: [{ email: 'ada@example.com', primary: true, verified: true, visibility: 'private' }],
  };
  /** Whether callbacks name the issuer, and the discovery document promises so (RFC 9207). */
  sendsIss = true;

  private readonly handlers = new Map<Endpoint, RequestListener>();
  private readonly loginsByCode = new Map<string, Login>();
  private readonly loginsByToken = new Map<string, Login>();

  constructor(
    readonly issuer: string,
    private readonly options: HostileProviderOptions,
    private readonly keys: { published: Key; unpublished: Key },
    /** Breaks off what is still being answered. */
    readonly close: () => Promise<void>,
  ) {
    this.clientId = options.clientId ?? 'client';
    this.clientSecret = options.clientSecret ?? 'a-client-secret-of-more-than-32-bytes';
    this.secrets = [this.clientSecret];
  }

  /** Puts a handler in the place of an endpoint's own. */
  misbehave(endpoint: Endpoint, handler: RequestListener): void {
    this.handlers.set(endpoint, handler);
  }

  /** Gives an endpoint, or all of them, their own handlers back. */
  behave(endpoint?: Endpoint): void {
    if (endpoint) this.handlers.delete(endpoint);
    else this.handlers.clear();
  }

  /** Publishes another key in the place of the one that signed until now. */
  async rotateKey(): Promise<void> {
    this.keys.published = await createKey();
  }

  /** Logs the user in as a browser would at `authorizationUrl`; returns the callback that follows. */
  authorize(authorizationUrl: string, overrides: Record<string, string | undefined> = {}): URL {
    const { origin, pathname, searchParams } = new URL(authorizationUrl);
    const asked = Object.fromEntries(searchParams);
    const { redirect_uri: redirectUri, code_challenge: challenge } = asked;
    const isRight =
      `${origin}${pathname}` === `${this.issuer}/authorize` &&
      asked['client_id'] === this.clientId &&
      asked['response_type'] === 'code' &&
      (challenge === undefined || asked['code_challenge_method'] === 'S256');
    if (!isRight || !redirectUri) throw new Error(`No authorization request to answer: ${authorizationUrl}`);

    const code = randomUUID();
    this.secrets.push(code);
    const claims = { ...DEFAULT_CLAIMS, ...this.claims };
    this.loginsByCode.set(code, { claims, nonce: asked['nonce'], challenge, redirectUri });

    const callback = new URL(redirectUri);
    const iss = this.sendsIss ? this.issuer : undefined;
    for (const [name, value] of Object.entries({ code, state: asked['state'], iss, ...overrides })) {
      if (value !== undefined) callback.searchParams.set(name, value);
    }
    return callback;
  }

  /** What the HTTP server calls. */
  readonly answer: RequestListener = (request, response) => {
    this.requests.push(`${request.method} ${request.url}`);
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    const endpoint = ENDPOINTS[`${request.method} ${pathname}`];
    const handler = endpoint && this.handlers.get(endpoint);
    if (handler) return handler(request, response);
    if (endpoint === 'token') {
      const fail = (error: unknown) =>
        sendJson(response, { error: 'server_error', error_description: String(error) }, 500);
      return void this.answerToken(request, response).catch(fail);
    }
    return this.answerGet(pathname, request, response);
  };

  private answerGet(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path === '/.well-known/openid-configuration' && !this.options.plainOAuth2) {
      return sendJson(response, this.rightMetadata());
    }
    if (path === '/jwks') return sendJson(response, { keys: [this.keys.published.jwk] });

    const resources: Record<string, (login: Login) => unknown> = {
      '/userinfo': ({ claims }) => ({ ...claims, ...this.userinfo }),
      '/user': () => this.api.user,
      '/user/emails': () => this.api.emails,
    };
    const resource = resources[path];
    if (!resource) return sendJson(response, { error: 'not_found' }, 404);

    const [, token = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const login = this.loginsByToken.get(token);
    if (login) return sendJson(response, resource(login));
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return sendJson(response, { error: 'invalid_token' }, 401);
  }

  private async answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that went away while it sent its request needs no answer.
    const body = new URLSearchParams(await text(request).catch(() => ''));
    const refuse = (error: string, error_description: string, status = 400) =>
      sendJson(response, { error, error_description }, status);
    if (!this.isOurClient(request, body)) return refuse('invalid_client', 'Wrong client credentials.', 401);
    if (body.get('grant_type') !== 'authorization_code') return refuse('unsupported_grant_type', 'No code.');

    const code = body.get('code') ?? '';
    const login = this.loginsByCode.get(code);
    this.loginsByCode.delete(code);
    if (!login) return refuse('invalid_grant', 'The code is unknown or was used before.');
    const { redirectUri, challenge } = login;
    if (body.get('redirect_uri') !== redirectUri) return refuse('invalid_grant', 'Another redirect_uri.');
    if (challengeOf(body.get('code_verifier')) !== challenge) return refuse('invalid_grant', 'Wrong PKCE.');

    const accessToken = randomUUID();
    this.loginsByToken.set(accessToken, login);
    const tokens = {
      access_token: accessToken,
      refresh_token: randomUUID(),
      ...(!this.options.plainOAuth2 && { id_token: this.idTokenOf(login) }),
    };
    this.secrets.push(body.get('code_verifier') ?? '', ...Object.values(tokens));
    return sendJson(response, { token_type: 'Bearer', expires_in: 300, ...tokens, ...this.tokenAnswer });
  }

  private isOurClient({ headers: { authorization } }: IncomingMessage, body: URLSearchParams): boolean {
    const isBasic = authorization?.startsWith('Basic ') === true;
    // RFC 6749 forbids two ways at once.
    if (isBasic && body.has('client_secret')) return false;
    if (!isBasic) {
      return body.get('client_id') === this.clientId && body.get('client_secret') === this.clientSecret;
    }
    const basic = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
    const [id, secret] = basic.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    return id === this.clientId && secret === this.clientSecret;
  }

  private idTokenOf({ claims, nonce }: Login): string {
    const { idToken: fault, keys } = this;
    const iat = Math.floor(Date.now() / 1000);
    const right = { iss: this.issuer, aud: this.clientId, iat, exp: iat + 300, nonce, ...claims };
    const { alg, signature } = this.signerOf(fault.signedBy ?? 'published key');
    const header = typeof fault.header === 'function' ? fault.header(keys.unpublished.jwk) : fault.header;
    const encodedHeader = encode({ alg, typ: 'JWT', kid: keys.published.kid, ...header });
    const signed = { ...right, ...fault.claims?.(right) };
    return [
      encodedHeader,
      encode({ ...signed, ...fault.tampered }),
      fault.signature ?? signature(`${encodedHeader}.${encode(signed)}`),
    ].join('.');
  }

  private signerOf(signer: Signer): { alg: string; signature: (input: string) => string } {
    const { published, unpublished } = this.keys;
    const rs256 = ({ privateKey }: Key) => ({
      alg: 'RS256',
      signature: (input: string) => sign('sha256', Buffer.from(input), privateKey).toString('base64url'),
    });
    const hs256 = (secret: string) => ({
      alg: 'HS256',
      signature: (input: string) => createHmac('sha256', secret).update(input).digest('base64url'),
    });
    return {
      'published key': () => rs256(published),
      'unpublished key': () => rs256(unpublished),
      'client secret': () => hs256(this.clientSecret),
      'public key as secret': () => hs256(published.pem),
      nobody: () => ({ alg: 'none', signature: () => '' }),
    }[signer]();
  }

  private rightMetadata(): Fields {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: this.sendsIss,
      ...this.metadata,
    };
  }
}

interface Login {
  claims: Fields;
  nonce?: string;
  challenge?: string;
  redirectUri: string;
}

interface Key {
  kid: string;
  jwk: Fields;
  pem: string;
  privateKey: KeyObject;
}

const DEFAULT_CLAIMS = {
  sub: 'user-1',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  email_verified: true,
};

const ENDPOINTS: Record<string, Endpoint> = {
  'GET /.well-known/openid-configuration': 'discovery',
  'POST /token': 'token',
  'GET /jwks': 'jwks',
  'GET /userinfo': 'userinfo',
  'GET /user': 'api',
  'GET /user/emails': 'api',
};

async function createKey(): Promise<Key> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  return { kid, jwk, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
}

const challengeOf = (verifier: string | null): string | undefined =>
  verifier === null ? undefined : createHash('sha256').update(verifier).digest('base64url');

const encode = (value: Fields): string => Buffer.from(JSON.stringify(value)).toString('base64url');
