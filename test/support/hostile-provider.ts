import { createHash, createHmac, generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

/** What can be taken over; `api` is `/user` and `/user/emails`, as GitHub has them. */
export type Endpoint = 'discovery' | 'token' | 'jwks' | 'userinfo' | 'api';

/** Fields of a JSON object; a value of undefined leaves the field out. */
export type Fields = Record<string, unknown>;

/** The claims of an ID token as they should be. */
export interface RightClaims extends Fields {
  iss: string;
  aud: string;
  iat: number;
  exp: number;
}

/** Whose signature an ID token carries; `alg` follows: RS256, HS256 or none. */
export type Signer =
  'published key' | 'unpublished key' | 'client secret' | 'public key as secret' | 'nobody';

/** How ID tokens differ from right ones. */
export interface IdTokenFault {
  /** Go over the right claims before the token is signed. */
  claims?: (right: RightClaims) => Fields;
  /** Go over `alg`, `typ` and `kid`; a function is given the unpublished key as a JWK. */
  header?: Fields | ((unpublished: Fields) => Fields);
  signedBy?: Signer;
  /** Go over the signed claims; the signature stays as it was. */
  tampered?: Fields;
  /** Takes the place of the signature. */
  signature?: string;
}

/** ID tokens that no client may believe. */
export const ID_TOKEN_FAULTS = {
  'alg none': { signedBy: 'nobody' },
  'alg None': { signedBy: 'nobody', header: { alg: 'None' } },
  'alg none with the signature of RS256': { header: { alg: 'none' } },
  'no alg': { header: { alg: undefined } },
  'HS256 keyed with the client secret': { signedBy: 'client secret' },
  'HS256 keyed with the public key': { signedBy: 'public key as secret' },
  'RS256 that says HS256': { header: { alg: 'HS256' } },
  'RS256 that says ES256': { header: { alg: 'ES256' } },
  'unpublished key': { signedBy: 'unpublished key' },
  'unpublished key, no kid': { signedBy: 'unpublished key', header: { kid: undefined } },
  'unpublished key in the header': { signedBy: 'unpublished key', header: (jwk) => ({ jwk }) },
  'unknown kid': { header: { kid: 'unknown' } },
  'unknown crit': { header: { crit: ['unknown'], unknown: true } },
  'tampered payload': { tampered: { sub: 'admin' } },
  'empty signature': { signature: '' },
  expired: { claims: ({ iat }) => ({ iat: iat - 7200, exp: iat - 3600 }) },
  'no exp': { claims: () => ({ exp: undefined }) },
  'exp as a string': { claims: ({ exp }) => ({ exp: `${exp}` }) },
  'no iat': { claims: () => ({ iat: undefined }) },
  'nbf in the future': { claims: ({ iat }) => ({ nbf: iat + 3600 }) },
  'other aud': { claims: () => ({ aud: 'another-client' }) },
  'no aud': { claims: () => ({ aud: undefined }) },
  'aud of others in an array': { claims: () => ({ aud: ['another-client', 'a-third'] }) },
  'aud of us and others': { claims: ({ aud }) => ({ aud: [aud, 'another-client'] }) },
  'aud of us and others, azp another': {
    claims: ({ aud }) => ({ aud: [aud, 'another-client'], azp: 'another-client' }),
  },
  'other iss': { claims: () => ({ iss: 'https://accounts.example.com' }) },
  'iss with a slash': { claims: ({ iss }) => ({ iss: `${iss}/` }) },
  'no iss': { claims: () => ({ iss: undefined }) },
  'other nonce': { claims: () => ({ nonce: 'another-nonce' }) },
  'no nonce': { claims: () => ({ nonce: undefined }) },
  'no sub': { claims: () => ({ sub: undefined }) },
  'sub null': { claims: () => ({ sub: null }) },
  'sub empty': { claims: () => ({ sub: '' }) },
  'sub as a number': { claims: () => ({ sub: 42 }) },
  'sub as an object': { claims: () => ({ sub: { id: 'user-1' } }) },
  'sub as an array': { claims: () => ({ sub: ['user-1'] }) },
  'sub of 256 characters': { claims: () => ({ sub: 'x'.repeat(256) }) },
  'sub of a million characters': { claims: () => ({ sub: 'x'.repeat(1_000_000) }) },
  'sub beyond ASCII': { claims: () => ({ sub: 'usér-1' }) },
  'sub with a NUL': { claims: () => ({ sub: 'user\0-1' }) },
} satisfies Record<string, IdTokenFault>;

/** ID tokens of which OpenID Connect leaves it to the client what to think. */
export const ID_TOKEN_ODDITIES = {
  'no kid': { header: { kid: undefined } },
  'no typ': { header: { typ: undefined } },
  'typ of an access token': { header: { typ: 'at+jwt' } },
  'expired ten seconds ago': { claims: ({ iat }) => ({ exp: iat - 10 }) },
  'exp in a hundred years': { claims: ({ iat }) => ({ exp: iat + 100 * 365 * 86_400 }) },
  'iat in an hour': { claims: ({ iat }) => ({ iat: iat + 3600, exp: iat + 7200 }) },
  'iat a year ago': { claims: ({ iat }) => ({ iat: iat - 365 * 86_400 }) },
  'exp before iat': { claims: ({ iat }) => ({ iat: iat + 600 }) },
  'aud of us in an array': { claims: ({ aud }) => ({ aud: [aud] }) },
  'aud of us and others, azp ours': { claims: ({ aud }) => ({ aud: [aud, 'another-client'], azp: aud }) },
  'azp another': { claims: () => ({ azp: 'another-client' }) },
  'sub of 255 characters': { claims: () => ({ sub: 'x'.repeat(255) }) },
  'sub of a space': { claims: () => ({ sub: ' ' }) },
} satisfies Record<string, IdTokenFault>;

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

/** Never answers. */
export const hangs: RequestListener = () => undefined;

/** Hangs up without a word. */
export const closesConnection: RequestListener = (request) => void request.socket.destroy();

/** A page, as of a proxy that is in the way. */
export const html: RequestListener = (_request, response) => {
  send(response, '<!doctype html><title>Sign in to the network</title>', 200, 'text/html');
};

/** JSON that ends too early. */
export const malformedJson: RequestListener = (_request, response) => send(response, '{"sub": "user-1", ');

/** Right enough for any endpoint but discovery, with 100,000 arrays in each other. */
export const deepJson: RequestListener = (_request, response) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  send(
    response,
    `{"sub":"user-1","id":1,"access_token":"deep","token_type":"bearer","keys":[],"deep":${deep}}`,
  );
};

/** Begins an answer, and sends a byte of it every 200 ms for ever. */
export const slowDrip: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"drip":"');
  const timer = setInterval(() => response.write('.'), 200);
  response.once('close', () => clearInterval(timer));
};

/** Answers with any value at all. */
export const json =
  (value: unknown, code = 200): RequestListener =>
  (_request, response) =>
    sendJson(response, value, code);

/** Answers with an empty object and a status. */
export const status =
  (code: number): RequestListener =>
  (_request, response) =>
    sendJson(response, {}, code);

/** 302 makes a GET of a POST, 307 sends the POST again, secrets and all, if the client follows. */
export const redirectsTo =
  (url: string, code = 302): RequestListener =>
  (_request, response) =>
    void response.writeHead(code, { location: url }).end();

/** What came of huge answers. */
export interface Progress {
  /** Bytes that clients read, and up to some MB that are still in buffers. */
  written: number;
  /** How many clients went away before the end. */
  brokenOff: number;
}

/** An object with the fields of `right` and a string of as many bytes, which may be `Infinity`. */
export function huge(bytes: number, right: Fields = {}): RequestListener & Progress {
  const chunk = Buffer.alloc(16_384, 'x');
  const handler: RequestListener = (_request, response) => {
    let left = bytes;
    const write = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        progress.written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', write);
      }
      if (!response.destroyed) response.end('"}');
    };
    response.once('close', () => {
      if (!response.writableFinished) progress.brokenOff += 1;
    });
    response.writeHead(200, { 'content-type': 'application/json' }).write(openFiller(right));
    write();
  };
  const progress = Object.assign(handler, { written: 0, brokenOff: 0 });
  return progress;
}

/** The same in a thousandth of the bytes: whoever counts them before they are unpacked has seen nothing. */
export function zipBomb(bytes: number, right: Fields = {}): RequestListener {
  const packed = gzipSync(`${openFiller(right)}${'x'.repeat(bytes)}"}`);
  return (_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    send(response, packed);
  };
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

const openFiller = (right: Fields): string => JSON.stringify({ ...right, filler: '' }).slice(0, -'"}'.length);

function sendJson(response: ServerResponse, value: unknown, code = 200): void {
  send(response, JSON.stringify(value), code);
}

function send(response: ServerResponse, body: string | Buffer, code = 200, type = 'application/json'): void {
  response.writeHead(code, { 'content-type': type }).end(body);
}
