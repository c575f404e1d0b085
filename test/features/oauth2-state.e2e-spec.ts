import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';
import { BEARER, clientOf, nowhere, PUBLIC_URL, Visitor, withProviders } from '../support/oauth2.js';
import { createDatabase } from '../support/databases.js';
import { travel } from '../support/time.js';

const ascending = (one: number, other: number) => one - other;

let acme: HostileProvider;
let globex: HostileProvider;

beforeAll(async () => {
  [acme, globex] = await Promise.all([startHostileProvider(), startHostileProvider()]);
});
beforeEach(() => {
  for (const each of [acme, globex]) each.requests.length = 0;
});
afterAll(() => Promise.all([acme.close(), globex.close()]));

const clients = () => {
  const of = (name: string, provider: HostileProvider) =>
    clientOf(name, provider, { allowedScopes: ['calendar'] });
  return withProviders([of('acme', acme), of('globex', globex)]);
};

/** A login that stands before its callback. */
async function begun(host: Host, visitor = new Visitor(host)) {
  const url = await visitor.authorize('/auth/acme/authorize');
  acme.requests.length = 0;
  const callback = acme.authorize(url);
  const cookie = visitor.browser.cookieHeader(host.api.url);
  return { url: new URL(url), callback, cookie, visitor };
}

const untouched = () => expect([acme.requests, globex.requests]).toEqual([[], []]);

onEachAdapter('sqlite', (boot) => {
  const withClients = () => boot({ ...BEARER, ...clients() });

  describe('the way to the provider', () => {
    test('carries PKCE, a nonce and the configured address, whatever Host says', async () => {
      const { api } = await withClients();
      const forged = {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
      };
      const { body } = await api.with(forged).get('/auth/acme/authorize').expect(200);
      const url = new URL((body as { authorization_url: string }).authorization_url);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        client_id: acme.clientId,
        response_type: 'code',
        redirect_uri: `${PUBLIC_URL}${api.wire.base}/auth/acme/callback`,
        scope: 'openid email profile',
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: 'S256',
        nonce: expect.stringMatching(/^[\w-]{43}$/),
        state: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      });
    });

    test('a browser that asks for a page is sent there; a script is told the address', async () => {
      const { api } = await withClients();
      const accepts = async (accept: string) =>
        (await api.with({ accept }).get('/auth/acme/authorize').redirects(0)).status;
      expect(await accepts('text/html,application/xhtml+xml,*/*;q=0.8')).toBe(302);
      expect(await accepts('application/json')).toBe(200);
      expect(await accepts('*/*')).toBe(200);
      const page = await api.with({ accept: 'text/html' }).get('/auth/acme/authorize').redirects(0);
      expect(page.headers).toMatchObject({
        location: expect.stringContaining(`${acme.issuer}/authorize?`),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
    });

    test('its cookie is for this browser and ten minutes alone, and tells nobody anything', async () => {
      const { api } = await withClients();
      const answer = await api.get('/auth/acme/authorize').expect(200);
      const [cookie = ''] = answer.get('Set-Cookie') ?? [];
      expect(cookie).toMatch(/^oauth2-login-acme=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
      const [header = '', , , payload] = cookie.split('=')[1]?.split('.') ?? [];
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ enc: 'A256GCM' });
      expect(Buffer.from(payload ?? '', 'base64url').toString()).not.toMatch(/verifier|nonce/i);
    });

    test('is what was meant, however the address was written', async () => {
      const host = await boot({
        ...BEARER,
        ...withProviders([nowhere('acme')], {
          publicUrl: ' HTTPS://API.example.com/v1/\n',
          path: '/auth/',
          callbackPath: '/back',
        }),
      });
      const answer = await host.api.get('/auth/acme/authorize').expect(200);
      const url = new URL((answer.body as { authorization_url: string }).authorization_url);
      expect(url.searchParams.get('redirect_uri')).toBe('https://api.example.com/v1/auth/acme/back');
      expect(answer.get('Set-Cookie')).toEqual([
        expect.stringMatching(
          /^__Host-oauth2-login-acme=[^;]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
        ),
      ]);
      await host.api.get('/auth/acme/back?state=x').expect(400, /ACCESS_TOKEN_DECODE_ERROR/);
    });

    test('is open in an application that is guarded as a whole, also behind a prefix', async () => {
      const options = { ...BEARER, ...withProviders([nowhere('acme')]), protectAll: true };
      const { api } = await boot({
        ...options,
        plain: true,
        prepare: (app) => app.setGlobalPrefix('v1'),
      });
      await api.get('/v1/auth/acme/authorize').expect(200);
      await api.get('/v1/auth/acme/callback').expect(400, /ACCESS_TOKEN_DECODE_ERROR/);
      await api
        .post('/v1/auth/acme/token', { code: 'x', code_verifier: 'x' })
        .expect(400, /OAUTH_INVALID_CODE/);
      await api.get('/v1/auth/associate/acme/authorize').expect(401);
      await api.get('/v1/auth/associate/acme/callback').expect(400, /ACCESS_TOKEN_DECODE_ERROR/);
      await api.get('/v1/users/me/oauth-accounts').expect(401);
    });

    test('scopes come from an allow-list', async () => {
      const { api } = await withClients();
      const { body } = await api.get('/auth/acme/authorize?scopes=calendar&scopes=email').expect(200);
      const url = new URL((body as { authorization_url: string }).authorization_url);
      expect(url.searchParams.get('scope')).toBe('openid email profile calendar');

      for (const query of [
        'scopes=admin',
        'scopes=calendar%20admin',
        'scopes=email&scopes=admin',
        'scopes=',
      ]) {
        const refused = await api.get(`/auth/acme/authorize?${query}`).expect(422);
        expect(refused.body).toMatchObject({ detail: [{ loc: ['query', 'scopes'], type: 'scope' }] });
      }
    });

    test.each([
      'scope=email',
      'redirect_uri=https://evil.example',
      'state=x',
      'scopes[]=email',
      'prompt=none',
    ])('an unknown parameter is refused: %s', async (query) => {
      const { api } = await withClients();
      const { body } = await api.get(`/auth/acme/authorize?${query}`).expect(422);
      expect(body).toMatchObject({ detail: [{ type: 'unknown' }] });
    });
  });

  describe('a state', () => {
    test('works once', async () => {
      const host = await withClients();
      const { callback, cookie, visitor } = await begun(host);
      expect((await visitor.back(callback)).status).toBe(200);
      acme.requests.length = 0;

      const again = await host.api
        .with({ cookie })
        .get(callback.pathname + callback.search)
        .expect(400);
      expect(again.body).toMatchObject({ detail: 'OAUTH_INVALID_STATE' });
      untouched();
    });

    test('finds its cookie behind an older one of the same name', async () => {
      const host = await withClients();
      const { callback, cookie } = await begun(host);
      const [name] = cookie.split('=');
      const both = { cookie: `${name}=${'x'.repeat(40)}; ${cookie}` };
      await host.api
        .with(both)
        .get(callback.pathname + callback.search)
        .expect(200);
    });

    test('works once even where the provider refused', async () => {
      const host = await withClients();
      const { callback, cookie } = await begun(host);
      const path = `${callback.pathname}?state=${callback.searchParams.get('state')}&error=access_denied`;
      const denied = await host.api.with({ cookie }).get(path).expect(400);
      expect(denied.body).toMatchObject({ detail: 'OAUTH_PROVIDER_ERROR' });
      const again = await host.api
        .with({ cookie })
        .get(callback.pathname + callback.search)
        .expect(400);
      expect(again.body).toMatchObject({ detail: 'OAUTH_INVALID_STATE' });
      untouched();
    });

    test('is worth nothing in another browser, and keeps its worth in its own', async () => {
      const host = await withClients();
      const { callback, visitor } = await begun(host);
      const victim = new Visitor(host);
      expect((await victim.back(callback)).body).toMatchObject({ detail: 'OAUTH_INVALID_STATE' });
      await victim.authorize('/auth/acme/authorize');
      acme.requests.length = 0;
      expect((await victim.back(callback)).body).toMatchObject({ detail: 'OAUTH_INVALID_STATE' });
      untouched();
      expect((await visitor.back(callback)).status).toBe(200);
    });

    test('is worth nothing at another client, or for another intent', async () => {
      const host = await withClients();
      const { callback, cookie } = await begun(host);
      const others = [
        '/auth/globex/callback',
        '/auth/associate/acme/callback',
        '/auth/associate/globex/callback',
      ];
      for (const path of others) {
        for (const name of [
          'oauth2-login-acme',
          'oauth2-login-globex',
          'oauth2-associate-acme',
          'oauth2-associate-globex',
        ]) {
          const renamed = cookie.replace(/^[^=]+/, name);
          const answer = await host.api
            .with({ cookie: renamed })
            .get(path + callback.search)
            .expect(400);
          expect([path, answer.body]).toMatchObject([path, { detail: 'OAUTH_INVALID_STATE' }]);
        }
      }
      untouched();
    });

    test('outlives a change of the secret while the old one is still accepted', async () => {
      const place = { ...(await createDatabase('sqlite')) };
      const [old, young] = [
        'h8lIy7mpobssnwpy5h1G6b6i28RRKoeycIzGEsHhH3nR',
        'x3yoRtuzprcdd-UestCz87jdj4ZQPBNVK6Jsd0kBlW_g',
      ];
      const before = await boot({ ...BEARER, ...clients(), place, secret: old });
      const { callback, cookie } = await begun(before);
      for (const [secret, status] of [
        [young, 400],
        [[young, old], 200],
      ] as const) {
        const after = await boot({ ...BEARER, ...clients(), secret });
        const answer = await after.api.with({ cookie }).get(callback.pathname + callback.search);
        expect([secret, answer.status]).toEqual([secret, status]);
      }
    });

    test('is worth nothing at another application that shares the secret', async () => {
      const host = await boot({ ...BEARER, ...clients() });
      const { callback, cookie } = await begun(host);
      const other = await boot({
        ...BEARER,
        ...withProviders([nowhere('acme')], { publicUrl: 'http://localhost:4000' }),
      });
      const answer = await other.api.with({ cookie }).get(callback.pathname + callback.search);
      expect([answer.status, answer.body]).toMatchObject([400, { detail: 'ACCESS_TOKEN_DECODE_ERROR' }]);
    });

    test('is over after ten minutes', async () => {
      const host = await withClients();
      const { callback, cookie } = await begun(host);
      travel(601);
      const { body } = await host.api
        .with({ cookie })
        .get(callback.pathname + callback.search)
        .expect(400);
      expect(body).toMatchObject({ detail: 'ACCESS_TOKEN_ALREADY_EXPIRED' });
      untouched();
    });

    test('any other token, or none, is no state', async () => {
      const host = await withClients();
      const { callback, cookie } = await begun(host);
      const state = callback.searchParams.get('state') ?? '';
      const [header, claims, signature] = state.split('.');
      const { token: access } = await host.login({ email: 'bob@example.com' });
      const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
      const user = await host.service.getUserBy({ email: 'bob@example.com' });
      const reset = await host.service.generateToken(user as never, 'reset-password');
      const verification = await host.service.generateToken(user as never, 'verification');
      const [attempt] = /(?<==)[^;]+/.exec(cookie) ?? [''];
      const nobodies = [
        ...['', 'x', 'a.b.c', access, reset, verification, attempt, PASSWORD],
        ...[`${unsigned}.${claims}.`, `${unsigned}.${claims}.${signature}`, `${header}.${claims}.`],
        ...[`${header}.${claims}.${signature?.slice(1)}x`, `${state}x`, ` ${state}`, 'x'.repeat(5000)],
      ];
      const queries = nobodies.map((each) => `state=${encodeURIComponent(each)}`);
      for (const query of ['', `state=${state}&state=${state}`, `state[]=${state}`, ...queries]) {
        const answer = await host.api.with({ cookie }).get(`/auth/acme/callback?code=x&${query}`).expect(400);
        expect([query, answer.body]).toMatchObject([query, { detail: 'ACCESS_TOKEN_DECODE_ERROR' }]);
      }
      untouched();
      expect((await host.api.with({ cookie }).get(callback.pathname + callback.search)).status).toBe(200);
    });

    test('passes for no other token', async () => {
      const host = await withClients();
      const { callback, cookie } = await begun(host);
      const [attempt = ''] = /(?<==)[^;]+/.exec(cookie) ?? [];
      for (const token of [callback.searchParams.get('state') ?? '', attempt]) {
        await host.api.as(token).get('/users/me').expect(401);
        await host.api.post('/auth/verify', { token }).expect(400, /VERIFY_USER_BAD_TOKEN/);
        await host.api
          .post('/auth/reset-password', { token, password: 'another one' })
          .expect(400, /BAD_TOKEN/);
        const exchange = { code: token, code_verifier: 'x' };
        await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
      }
    });
  });
});

onEachHost((boot, _adapter, database) => {
  test('of ten uses of a state at once, on two instances, one counts', async () => {
    const place = await createDatabase(database);
    const options = { ...BEARER, ...clients(), place };
    const first = await boot(options);
    // SQLite in memory is one instance's own.
    const second =
      database === 'sqlite'
        ? first
        : await boot({ ...options, place: { ...place, drop: async () => undefined } });
    for (let round = 0; round < 5; round++) {
      const { callback, cookie } = await begun(first, new Visitor(first));
      const uses = Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? first : second).api.with({ cookie }).get(callback.pathname + callback.search),
      );
      const statuses = (await Promise.all(uses)).map(({ status }) => status).sort(ascending);
      expect(statuses).toEqual([200, ...Array<number>(9).fill(400)]);
      expect(acme.requests.filter((request) => request === 'POST /token')).toHaveLength(1);
    }
  });
});
