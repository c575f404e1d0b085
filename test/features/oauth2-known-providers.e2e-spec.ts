import { jest } from '@jest/globals';
import { github, google, microsoft, type OAuthClientDefinition } from 'nestjs-users/oauth2';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, onEachAdapter } from '../support/host.js';
import { BEARER, linksOf, Visitor, withProviders } from '../support/oauth2.js';

const DISCOVERY = '.well-known/openid-configuration';
const MICROSOFT = 'https://login.microsoftonline.com/common';

/** Where each provider really is, and which endpoint of ours stands in for it: the network ends at this machine. */
const PLACES: Record<string, string> = {
  [`https://accounts.google.com/${DISCOVERY}`]: `/${DISCOVERY}`,
  'https://accounts.google.com/o/oauth2/v2/auth': '/authorize',
  'https://oauth2.googleapis.com/token': '/token',
  'https://www.googleapis.com/oauth2/v3/certs': '/jwks',
  [`${MICROSOFT}/v2.0/${DISCOVERY}`]: `/${DISCOVERY}`,
  [`${MICROSOFT}/oauth2/v2.0/authorize`]: '/authorize',
  [`${MICROSOFT}/oauth2/v2.0/token`]: '/token',
  [`${MICROSOFT}/discovery/v2.0/keys`]: '/jwks',
  'https://github.com/login/oauth/authorize': '/authorize',
  'https://github.com/login/oauth/access_token': '/token',
  'https://api.github.com/user': '/user',
  'https://api.github.com/user/emails': '/user/emails',
};

const standInFor = (url: string, { issuer }: HostileProvider): string => {
  const { origin, pathname, search } = new URL(url);
  const path = PLACES[origin + pathname];
  if (path === undefined) throw new Error(`Nobody stands in for ${url}.`);
  return issuer + path + search;
};

let provider: HostileProvider;

async function standIn(
  options: Parameters<typeof startHostileProvider>[0],
  metadata: object = {},
): Promise<void> {
  provider = await startHostileProvider(options);
  provider.sendsIss = false;
  provider.metadata = { ...metadata };
  const { fetch } = globalThis;
  jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation((url, init) =>
      fetch(typeof url === 'string' && url.startsWith('https:') ? standInFor(url, provider) : url, init),
    );
}

afterEach(async () => {
  jest.restoreAllMocks();
  await provider.close();
});

const withClient = (client: (known: { clientId: string; clientSecret: string }) => OAuthClientDefinition) => {
  const { clientId, clientSecret } = provider;
  return { ...BEARER, ...withProviders([client({ clientId, clientSecret })]) };
};

async function logIn(host: Host, client: string): Promise<unknown> {
  const visitor = new Visitor(host);
  const url = await visitor.authorize(`/auth/${client}/authorize`);
  const { status, text } = await visitor.back(provider.authorize(standInFor(url, provider)));
  if (status !== 200) throw new Error(text);
  return host.users.findOneByOrFail({});
}

onEachAdapter('sqlite', (boot) => {
  test('google() finds its endpoints, and vouches for mailboxes of its own', async () => {
    await standIn(
      {},
      {
        issuer: 'https://accounts.google.com',
        authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
        token_endpoint: 'https://oauth2.googleapis.com/token',
        jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
      },
    );
    provider.idToken = { claims: () => ({ iss: 'https://accounts.google.com' }) };
    provider.claims = { sub: '1101', email: 'ada@gmail.com', email_verified: true };
    const host = await boot(withClient(google));
    expect(await logIn(host, 'google')).toMatchObject({ email: 'ada@gmail.com', isVerified: true });
    expect(await linksOf(host)).toMatchObject([{ provider: 'google', accountId: '1101' }]);
  });

  test('microsoft() takes every tenant for an issuer of its own, and vouches for no address', async () => {
    await standIn(
      {},
      {
        issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
        authorization_endpoint: `${MICROSOFT}/oauth2/v2.0/authorize`,
        token_endpoint: `${MICROSOFT}/oauth2/v2.0/token`,
        jwks_uri: `${MICROSOFT}/discovery/v2.0/keys`,
      },
    );
    const host = await boot(withClient(microsoft));
    for (const [index, tid] of ['tenant-a', 'tenant-b'].entries()) {
      provider.idToken = {
        claims: () => ({ iss: `https://login.microsoftonline.com/${tid}/v2.0`, tid, email_verified: true }),
      };
      provider.claims = { sub: 'the-same', email: `ada@${tid}.example.com`, email_verified: true };
      await logIn(host, 'microsoft');
      expect(await linksOf(host)).toHaveLength(index + 1);
    }
    expect((await host.users.find()).map(({ isVerified }) => isVerified)).toEqual([false, false]);

    // The issuer must be the tenant that the token names.
    provider.idToken = {
      claims: () => ({ iss: 'https://login.microsoftonline.com/tenant-a/v2.0', tid: 'tenant-b' }),
    };
    await expect(logIn(host, 'microsoft')).rejects.toThrow(/OAUTH_PROVIDER_ERROR/);
  });

  test('github() asks the api who it is, and vouches for the primary address', async () => {
    await standIn({ plainOAuth2: true });
    provider.api.user = { id: 583_231, login: 'ada', email: null };
    provider.api.emails = [
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'ada@example.com', primary: true, verified: true },
    ];
    const host = await boot(withClient(github));
    expect(await logIn(host, 'github')).toMatchObject({ email: 'ada@example.com', isVerified: true });
    expect(await linksOf(host)).toMatchObject([{ provider: 'github', accountId: '583231' }]);
  });
});
