import { OAuthAccountsService } from 'nestjs-users/oauth2';
import { cancelAtProvider, signInAtProvider } from '../support/browser.js';
import { createDatabase } from '../support/databases.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost } from '../support/host.js';
import { BEARER, COOKIE, linksOf, loopback, registered, Visitor, withProviders } from '../support/oauth2.js';
import { travel } from '../support/time.js';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.js';

let acme: OidcProvider;
/** Tells addresses at its userinfo endpoint alone, and gives access tokens for two seconds. */
let globex: OidcProvider;

beforeAll(async () => {
  [acme, globex] = await Promise.all([
    startOidcProvider({ clients: [registered('acme')] }),
    startOidcProvider({ clients: [registered('globex')], conformIdTokenClaims: true, accessTokenSeconds: 2 }),
  ]);
  await acme.setAccount('ada', { email: 'Ada@Example.com', email_verified: true, name: 'Ada' });
  await globex.setAccount('ada', { email: 'ada.lovelace@example.com', email_verified: true });
});
afterAll(() => [acme, globex].forEach((each) => each.stop()));

const providers = (more: Parameters<typeof withProviders>[1] = {}): HostOptions =>
  withProviders([loopback('acme', acme.issuer), loopback('globex', globex.issuer)], more);

onEachHost((boot) => {
  test('a first login makes a user and a link; the next one finds them', async () => {
    const host = await boot({ ...BEARER, ...providers() });
    const first = await new Visitor(host).logIn('acme', 'ada');
    expect(first.body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: expect.closeTo(3600, -1),
    });
    const { access_token: token } = first.body as { access_token: string };
    const { body: me } = await host.api.as(token).get('/users/me').expect(200);
    expect(me).toMatchObject({ email: 'ada@example.com', isVerified: true, isSuperuser: false });

    expect((await new Visitor(host).logIn('acme', 'ada')).status).toBe(200);
    expect(await host.users.count()).toBe(1);
    expect(await linksOf(host)).toMatchObject([
      {
        provider: 'acme',
        accountId: 'ada',
        accountEmail: 'ada@example.com',
        user: { email: 'ada@example.com' },
      },
    ]);
  });

  test('a cookie backend sets its cookie', async () => {
    const host = await boot({ ...COOKIE, ...providers() });
    const visitor = new Visitor(host);
    const answer = await visitor.logIn('acme', 'ada');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await visitor.ask('/users/me')).body).toMatchObject({ email: 'ada@example.com' });
  });
});

onEachHost((boot, _adapter, database) => {
  test('many who ask for an ended token at once, on two instances, use the refresh token once', async () => {
    const place = await createDatabase(database);
    const options = { ...BEARER, ...providers({ storeTokens: true }) };
    const first = await boot({ ...options, place });
    // SQLite in memory is one instance's own.
    const isShared = database !== 'sqlite';
    const second = isShared
      ? await boot({ ...options, place: { ...place, drop: async () => undefined } })
      : first;
    await new Visitor(first).logIn('acme', 'ada');
    const [user] = await first.users.find();
    const ask = (host: Host) => host.app.get(OAuthAccountsService).accessToken(user, 'acme');
    travel(3590);
    const before = (await acme.requests()).token;
    const tokens = await Promise.all(
      Array.from({ length: 10 }, (_, index) => ask(index % 2 ? first : second)),
    );
    expect((await acme.requests()).token - before).toBe(1);
    expect(new Set(tokens).size).toBe(1);
    expect(await ask(second)).toMatch(/./);
    for (const token of tokens) first.scan.plant(token);
  });
});

onEachAdapter('sqlite', (boot) => {
  test('the same subject at two providers is two users', async () => {
    const host = await boot({ ...BEARER, ...providers() });
    expect((await new Visitor(host).logIn('acme', 'ada')).status).toBe(200);
    expect((await new Visitor(host).logIn('globex', 'ada')).status).toBe(200);
    const links = await linksOf(host);
    expect(
      links.map(({ provider, accountId, user }) => `${provider} ${accountId} ${user.email}`).sort(),
    ).toEqual(['acme ada ada@example.com', 'globex ada ada.lovelace@example.com']);
  });

  test('whoever changes their mind at the provider is told, and may begin again', async () => {
    const host = await boot({ ...BEARER, ...providers() });
    const visitor = new Visitor(host);
    const cancelled = await cancelAtProvider(
      visitor.browser,
      await visitor.authorize('/auth/acme/authorize'),
    );
    const { status, body } = await visitor.back(cancelled);
    expect([status, body]).toMatchObject([400, { detail: 'OAUTH_PROVIDER_ERROR' }]);
    expect((await visitor.logIn('acme', 'ada')).status).toBe(200);
  });

  test('an account without an address is refused', async () => {
    const host = await boot({ ...BEARER, ...providers() });
    const { status, body } = await new Visitor(host).logIn('acme', 'nobody-knows');
    expect([status, body]).toMatchObject([400, { detail: 'OAUTH_NOT_AVAILABLE_EMAIL' }]);
    expect(await host.users.count()).toBe(0);
  });

  test('a second account is linked by its login page, and logs in as the same user', async () => {
    const host = await boot({ ...COOKIE, ...providers() });
    const visitor = new Visitor(host);
    await visitor.logIn('acme', 'ada');
    const url = await visitor.authorize('/auth/associate/globex/authorize', {
      'sec-fetch-site': 'same-origin',
    });
    expect((await visitor.back(await signInAtProvider(visitor.browser, url, 'ada'))).status).toBe(200);

    const elsewhere = new Visitor(host);
    await elsewhere.logIn('globex', 'ada');
    expect((await elsewhere.ask('/users/me')).body).toMatchObject({ email: 'ada@example.com' });
    expect(await host.users.count()).toBe(1);
  });

  test("a stored token is renewed when it ends, and the provider's answer replaces it", async () => {
    const host = await boot({ ...BEARER, ...providers({ storeTokens: true }) });
    await new Visitor(host).logIn('globex', 'ada');
    const [user] = await host.users.find();
    const accounts = host.app.get(OAuthAccountsService);
    const asked = async () => (await globex.requests()).token;
    const before = await asked();

    const tokens = [await accounts.accessToken(user, 'globex'), await accounts.accessToken(user, 'globex')];
    expect(tokens.every((token) => typeof token === 'string')).toBe(true);
    expect(new Set(tokens).size).toBe(2);
    expect((await asked()) - before).toBe(2);
    for (const token of tokens) host.scan.plant(token);

    const [{ accountId }] = await accounts.list(user);
    expect(await accounts.findUser('globex', accountId)).toMatchObject({ id: user.id });
    for (const [provider, subject] of [
      ['acme', accountId],
      ['globex', accountId.toUpperCase()],
      ['globex', `${accountId} `],
      ['globex', ''],
    ] as const) {
      expect(await accounts.findUser(provider, subject)).toBeUndefined();
    }
  });

  test('a provider that stands still is 502 in time, and back as soon as it is', async () => {
    const host = await boot({ ...BEARER, ...providers({ providerTimeoutSeconds: 1 }) });
    const visitor = new Visitor(host);
    const callback = await signInAtProvider(
      visitor.browser,
      await visitor.authorize('/auth/acme/authorize'),
      'ada',
    );
    acme.freeze();
    const began = performance.now();
    try {
      const { status, body } = await visitor.back(callback);
      expect([status, body]).toMatchObject([502, { detail: 'OAUTH_PROVIDER_UNAVAILABLE' }]);
      expect(performance.now() - began).toBeLessThan(3000);
    } finally {
      acme.thaw();
    }
    expect(await host.users.count()).toBe(0);
    expect((await visitor.logIn('acme', 'ada')).status).toBe(200);
  });
});
