import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

// Node 20 lacks it, and oidc-provider asks for it.
if (!('parse' in URL)) URL.parse = (...parts) => (URL.canParse(...parts) ? new URL(...parts) : null);

const options = JSON.parse(process.argv[2]);
const accounts = new Map();
const requests = { total: 0, authorization: 0, token: 0, userinfo: 0, discovery: 0, jwks: 0 };

const ENDPOINTS = {
  '/auth': 'authorization',
  '/token': 'token',
  '/me': 'userinfo',
  '/jwks': 'jwks',
  '/.well-known/openid-configuration': 'discovery',
  '/.well-known/oauth-authorization-server': 'discovery',
};

function count({ url }) {
  const endpoint = ENDPOINTS[url.split('?', 1)[0]];
  requests.total += 1;
  if (endpoint) requests[endpoint] += 1;
}

function createProvider(issuer) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new Provider(issuer, {
    clients: options.clients.map(({ clientId, clientSecret, redirectUris }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
    })),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: options.conformIdTokenClaims ?? false,
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...accounts.get(id), sub: id }) }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
    responseTypes: ['code'],
    pkce: { required: () => true },
    // Google and others give refresh tokens to clients that never heard of `offline_access`.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    // What has expired is refused at once.
    clockTolerance: 0,
    ttl: { AccessToken: options.accessTokenSeconds ?? 3600 },
  });
}

function answerTo(question) {
  if (question.account === undefined) return requests;
  accounts.set(question.account, question.claims);
  return true;
}

process.on('message', ({ id, ...question }) => process.send({ id, answer: answerTo(question) }));
// Nothing outlives the run.
process.once('disconnect', () => process.exit());

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const handle = createProvider(issuer).callback();
server.on('request', (request, response) => {
  count(request);
  void handle(request, response);
});
process.send({ issuer });
