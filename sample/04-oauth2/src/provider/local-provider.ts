import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { claimsOf } from './accounts.js';

// Node 20 lacks it, and oidc-provider asks for it.
if (!('parse' in URL)) {
  Object.assign(URL, {
    parse: (...address: ConstructorParameters<typeof URL>) =>
      URL.canParse(...address) ? new URL(...address) : null,
  });
}

const MINUTES = 10 * 60;
const SCOPES = 'openid email profile';

/** A provider, and what it gave the application when that was registered. */
export interface LocalProvider {
  /** The client's name in the application. */
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/**
 * Acme, an OpenID Connect provider to play with, so that nobody needs an account elsewhere. It is another company as far as
 * the application knows: they talk over HTTP alone. It asks for no password and forgets everything at the end.
 */
export async function startProvider(port: number, applicationUrl: string): Promise<LocalProvider> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  const client: LocalProvider = {
    name: 'acme',
    // Not localhost: to a browser that would be the application's own site, whatever the port.
    issuer: `http://127.0.0.1:${free}`,
    clientId: 'sample',
    clientSecret: randomBytes(32).toString('base64url'),
  };
  const handle = createProvider(client, applicationUrl).callback();
  server.on('request', (request, response) => void handle(request, response));
  return client;
}

function createProvider({ name, issuer, clientId, clientSecret }: LocalProvider, applicationUrl: string) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        client_name: 'sample 04',
        redirect_uris: [
          `${applicationUrl}/auth/${name}/callback`,
          `${applicationUrl}/auth/associate/${name}/callback`,
        ],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    pkce: { required: () => true },
    responseTypes: ['code'],
    loadExistingGrant: grant,
    ttl: { AccessToken: MINUTES, Grant: MINUTES, IdToken: MINUTES, Interaction: MINUTES, Session: MINUTES },
    // Its login page takes every name, and any password.
    features: { devInteractions: { enabled: true } },
  });
}

/** The application gets what it asks for, so that there is one page to fill in and not two. Others ask their users. */
async function grant({ oidc: { provider, client, session } }: KoaContextWithOIDC) {
  if (!client || !session?.accountId) return undefined;
  const granted = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  granted.addOIDCScope(SCOPES);
  await granted.save();
  return granted;
}
