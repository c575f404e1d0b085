import { OAuthAccountsService, type OAuth2Options } from 'nestjs-users/oauth2';
import { combine, STRATEGIES } from '../support/backends.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';
import {
  BEARER,
  COOKIE,
  clientOf,
  linksOf,
  OAuthAccount,
  PAGE,
  storedLinksOf,
  Visitor,
  withProviders,
} from '../support/oauth2.js';
import { travel } from '../support/time.js';

const ascending = (one: number, other: number) => one - other;

let acme: HostileProvider;

beforeAll(async () => {
  acme = await startHostileProvider();
});
afterEach(() => {
  acme.claims = {};
});
afterAll(() => acme.close());

const AUTHORIZE = '/auth/associate/acme/authorize';
const ACCOUNTS = '/users/me/oauth-accounts';

const withAcme = (more: HostOptions = BEARER, options: Partial<OAuth2Options> = {}): HostOptions => {
  return { ...withProviders([clientOf('acme', acme)], options), ...more };
};

type Headers = Record<string, string>;

/** Links the account of this subject to whoever the header fields log in; what the callback answers. */
async function link(host: Host, headers: Readonly<Headers>, sub = 'user-1', query = '') {
  acme.claims = { sub };
  const visitor = new Visitor(host);
  const url = await visitor.authorize(`${AUTHORIZE}${query}`, { ...headers });
  return visitor.back(acme.authorize(url));
}

onEachHost({ takesLong: true }, (boot) => {
  test('a link belongs to one user, also when twenty ask at once', async () => {
    const host = await boot(withAcme());
    acme.claims = { sub: 'contested' };
    const ways = [];
    for (let index = 0; index < 20; index++) {
      const { api } = await host.login({ email: `user${index}@example.com` });
      const visitor = new Visitor(host);
      ways.push([visitor, acme.authorize(await visitor.authorize(AUTHORIZE, api.headers))] as const);
    }
    const answers = await Promise.all(ways.map(([visitor, callback]) => visitor.back(callback)));
    expect(answers.map(({ status }) => status).sort(ascending)).toEqual([
      200,
      ...Array<number>(19).fill(400),
    ]);
    const refused = answers.flatMap(({ status, body }) =>
      status === 400 ? [(body as { detail: string }).detail] : [],
    );
    expect(new Set(refused)).toEqual(new Set(['OAUTH_USER_ALREADY_EXISTS']));
    expect(await linksOf(host)).toHaveLength(1);
  });

  test('one user who links one account six times at once has it once', async () => {
    const host = await boot(withAcme());
    const { api } = await host.login();
    acme.claims = { sub: 'user-1' };
    const ways = [];
    for (let index = 0; index < 6; index++) {
      const visitor = new Visitor(host);
      ways.push([visitor, acme.authorize(await visitor.authorize(AUTHORIZE, api.headers))] as const);
    }
    const answers = await Promise.all(ways.map(([visitor, callback]) => visitor.back(callback)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(6).fill(200));
    expect(await linksOf(host)).toHaveLength(1);
  });

  test('of two ways in that are removed at once, one stays', async () => {
    const host = await boot(withAcme());
    for (let round = 0; round < 10; round++) {
      const { user, api } = await host.login({ email: `user${round}@example.com` });
      for (const sub of [`a${round}`, `b${round}`]) await link(host, api.headers, sub);
      await host.users.update({ id: user.id }, { passwordHash: null });
      const { body } = await api.get(ACCOUNTS).expect(200);
      const { items } = body as { items: { id: string }[] };
      const answers = await Promise.all(items.map(({ id }) => api.delete(`${ACCOUNTS}/${id}`)));
      expect(answers.map(({ status }) => status).sort(ascending)).toEqual([204, 409]);
      expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
        detail: 'LAST_LOGIN_METHOD',
      });
    }
    expect(await linksOf(host)).toHaveLength(10);
  });

  for (const strategy of STRATEGIES) {
    test(`${strategy}: linking ends with the login that began it`, async () => {
      const { options, close } = await combine('bearer', strategy);
      const host = await boot(withAcme(options));
      await host.addUser();
      const own = await host.api.loggedIn('ada@example.com', PASSWORD, 'main');
      acme.claims = { sub: 'late' };
      const begin = async () => {
        const visitor = new Visitor(host);
        return [visitor, acme.authorize(await visitor.authorize(AUTHORIZE, own.headers))] as const;
      };
      const [[still, first], [visitor, second]] = [await begin(), await begin()];
      expect((await still.back(first)).status).toBe(200);
      await own.delete(`${ACCOUNTS}/${(await linksOf(host))[0]?.id}`).expect(204);

      await own.post('/auth/main/logout').expect(204);
      acme.requests.length = 0;
      const { status, body } = await visitor.back(second);
      expect([status, body]).toMatchObject([400, { detail: 'OAUTH_INVALID_STATE' }]);
      expect(acme.requests).toEqual([]);
      expect(await linksOf(host)).toEqual([]);
      await close();
    });
  }

  test.each(['bearer', 'cookie'] as const)(
    'an account is not linked in a browser where somebody else has logged in since (%s)',
    async (kind) => {
      const host = await boot(withAcme(kind === 'bearer' ? BEARER : COOKIE));
      const ada = await host.addUser();
      await host.addUser({ email: 'eve@example.com' });
      const backend = kind === 'bearer' ? 'jwt' : 'web';
      const loggedIn = (email: string) => host.api.loggedIn(email, PASSWORD, backend);
      const [mine, other] = [await loggedIn(ada.email), await loggedIn('eve@example.com')];
      acme.claims = { sub: 'user-1' };
      const begin = async () => {
        const visitor = new Visitor(host);
        const own = { ...mine.headers, 'sec-fetch-site': 'same-origin' };
        return [visitor, acme.authorize(await visitor.authorize(AUTHORIZE, own))] as const;
      };

      const [visitor, callback] = await begin();
      const { status, body } = await visitor.back(callback, { ...other.headers });
      expect([status, body]).toMatchObject([400, { detail: 'OAUTH_INVALID_STATE' }]);
      expect(await linksOf(host)).toEqual([]);

      const [again, back] = await begin();
      expect(await again.back(back, { ...mine.headers })).toMatchObject({ status: 200 });
      expect(await linksOf(host)).toHaveLength(1);
    },
  );

  test('whoever links while the owner of the address resets the password keeps no way in', async () => {
    const host = await boot(withAcme());
    for (let round = 0; round < 10; round++) {
      const { user, api } = await host.login({ email: `user${round}@example.com`, isVerified: false });
      const token = await host.service.generateToken(user, 'reset-password');
      acme.claims = { sub: `mallory${round}` };
      const visitor = new Visitor(host);
      const callback = acme.authorize(await visitor.authorize(AUTHORIZE, api.headers));
      const [reset] = await Promise.all([
        host.api.post('/auth/reset-password', { token, password: 'another one' }),
        visitor.back(callback),
      ]);
      expect(reset.status).toBe(200);
    }
    expect(await linksOf(host)).toEqual([]);
  });
});

onEachAdapter('sqlite', (boot) => {
  describe('linking', () => {
    test('an account, whatever its address, makes it a way in for the user who asked', async () => {
      const host = await boot(withAcme());
      const { user, api } = await host.login();
      const { status, body } = await link(host, api.headers);
      expect([status, body]).toMatchObject([200, { id: user.id, email: 'ada@example.com' }]);

      acme.claims = { email: 'somebody.else@example.com' };
      const visitor = new Visitor(host);
      const login = await visitor.back(acme.authorize(await visitor.authorize('/auth/acme/authorize')));
      const { access_token: token } = login.body as { access_token: string };
      expect((await host.api.as(token).get('/users/me').expect(200)).body).toMatchObject({ id: user.id });
    });

    test('once more changes nothing, and comes back to a page', async () => {
      const host = await boot(withAcme());
      const { api } = await host.login();
      await link(host, api.headers);
      const again = await link(host, api.headers, 'user-1', `?redirect_to=${encodeURIComponent(PAGE)}`);
      expect([again.status, again.location?.href]).toEqual([302, PAGE]);
      expect(await linksOf(host)).toHaveLength(1);
      await api.get(`${AUTHORIZE}?redirect_to=https://evil.example`).expect(422);
    });

    test('needs somebody who is logged in, verified, and lately', async () => {
      const host = await boot(withAcme({ ...BEARER, requireVerification: true }));
      await host.api.get(AUTHORIZE).expect(401);
      const { user, api } = await host.login();
      await host.users.update({ id: user.id }, { isVerified: false });
      await api.get(AUTHORIZE).expect(403);
      await host.users.update({ id: user.id }, { isVerified: true });
      travel(601);
      await api.get(AUTHORIZE).expect(403, /REAUTHENTICATION_REQUIRED/);
    });

    test('is refused where the user logged out everywhere, or was deactivated, on the way', async () => {
      const host = await boot(withAcme());
      for (const end of ['logout', 'deactivation', 'deletion']) {
        const { user, api } = await host.login({ email: `${end}@example.com` });
        const visitor = new Visitor(host);
        const callback = acme.authorize(await visitor.authorize(AUTHORIZE, api.headers));
        if (end === 'logout') await api.post('/auth/jwt/logout').expect(204);
        if (end === 'deactivation') await host.service.updateUser(user.id, { isActive: false });
        if (end === 'deletion') await host.service.deleteUser(user.id);
        acme.requests.length = 0;
        const { status, body } = await visitor.back(callback);
        expect([end, status, body]).toMatchObject([end, 400, { detail: 'OAUTH_INVALID_STATE' }]);
        expect(acme.requests).toEqual([]);
      }
      expect(await linksOf(host)).toEqual([]);
    });

    test('is not begun by a page of another site, by whose account it would end', async () => {
      const host = await boot(withAcme(COOKIE));
      await host.addUser();
      const api = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      const from = (headers: Headers) =>
        api
          .with({ accept: 'text/html', ...headers })
          .get(AUTHORIZE)
          .redirects(0);
      for (const site of ['cross-site', 'same-site']) {
        await from({ 'sec-fetch-site': site }).expect(403, /CROSS_ORIGIN_REQUEST/);
      }
      await from({ origin: 'https://evil.example' }).expect(403, /CROSS_ORIGIN_REQUEST/);
      await from({ 'sec-fetch-site': 'none' }).expect(403, /CROSS_ORIGIN_REQUEST/);
      await from({}).expect(403, /CROSS_ORIGIN_REQUEST/);
      await from({ referer: 'https://evil.example/' }).expect(403, /CROSS_ORIGIN_REQUEST/);
      await from({ 'sec-fetch-site': 'same-origin' }).expect(302);
      await from({ referer: `${host.api.url}/account` }).expect(302);
    });
  });

  describe('linked accounts', () => {
    test('are listed for their user alone, without tokens', async () => {
      const host = await boot(withAcme(BEARER, { storeTokens: true }));
      const { api } = await host.login();
      const { api: other } = await host.login({ email: 'bob@example.com' });
      await link(host, api.headers);
      const { body } = await api.get(ACCOUNTS).expect(200);
      expect(body).toEqual({
        items: [
          {
            id: expect.any(host.idType),
            provider: 'acme',
            accountId: 'user-1',
            accountEmail: 'ada@example.com',
            createdAt: expect.any(String),
          },
        ],
      });
      expect((await other.get(ACCOUNTS).expect(200)).body).toEqual({ items: [] });
      await host.api.get(ACCOUNTS).expect(401);
    });

    test('are removed by their user alone, after a fresh login or with the password', async () => {
      const host = await boot(withAcme());
      const { api } = await host.login();
      const { api: other } = await host.login({ email: 'bob@example.com' });
      await link(host, api.headers);
      const [account] = await linksOf(host);
      await other.delete(`${ACCOUNTS}/${account?.id}`).expect(404);
      for (const id of ['x', '0', '%00', 'null', crypto.randomUUID()])
        await api.delete(`${ACCOUNTS}/${id}`).expect(404);
      travel(601);
      await api.delete(`${ACCOUNTS}/${account?.id}`).expect(403, /REAUTHENTICATION_REQUIRED/);
      await api.delete(`${ACCOUNTS}/${account?.id}`).send({ currentPassword: PASSWORD }).expect(204);
      expect(await linksOf(host)).toEqual([]);
    });

    test.each([
      ['no password', null],
      ['an empty hash', ''],
      ['a hash that nothing matches', 'garbage'],
    ])('the last one stays with a user who has %s', async (_, passwordHash) => {
      const host = await boot(withAcme());
      const { user, api } = await host.login();
      await link(host, api.headers);
      await host.users.update({ id: user.id }, { passwordHash });
      const [account] = await linksOf(host);
      await api.delete(`${ACCOUNTS}/${account?.id}`).send({ currentPassword: 5 }).expect(422);
      await api.delete(`${ACCOUNTS}/${account?.id}`).expect(409, /LAST_LOGIN_METHOD/);

      // An account whose client is gone is no way in.
      await link(host, api.headers, 'second');
      await host.rows(OAuthAccount).update({ accountId: 'second' }, { provider: 'gone' });
      await api.delete(`${ACCOUNTS}/${account?.id}`).expect(409, /LAST_LOGIN_METHOD/);
    });

    test('go with their user', async () => {
      const host = await boot(withAcme());
      const { user, api } = await host.login();
      await link(host, api.headers);
      await host.service.deleteUser(user.id);
      expect(await linksOf(host)).toEqual([]);
    });
  });

  describe("the provider's tokens", () => {
    const stored = async (host: Host) => JSON.stringify(await storedLinksOf(host));

    test('are not kept unless that is asked for', async () => {
      const host = await boot(withAcme());
      const { user, api } = await host.login();
      await link(host, api.headers);
      expect(await stored(host)).toMatch(/"accessToken":null,"refreshToken":null/);
      expect(await host.app.get(OAuthAccountsService).accessToken(user, 'acme')).toBeUndefined();
    });

    test('are kept encrypted, each for its account alone', async () => {
      const host = await boot(withAcme(BEARER, { storeTokens: true }));
      const { user, api } = await host.login();
      await link(host, api.headers);
      const accounts = host.app.get(OAuthAccountsService);
      const token = await accounts.accessToken(user, 'acme');
      expect(token).toMatch(/./);
      expect(await stored(host)).not.toContain(token);
      expect(await stored(host)).toMatch(/"accessToken":"eyJ/);
      expect(await accounts.accessToken(user, 'globex')).toBeUndefined();

      const { user: other, api: otherApi } = await host.login({ email: 'bob@example.com' });
      await link(host, otherApi.headers, 'bob');
      const rows = host.rows(OAuthAccount);
      const [row] = await rows.find({ where: { accountId: 'user-1' }, select: { accessToken: true } });
      await rows.update({ accountId: 'bob' }, { accessToken: row?.accessToken });
      expect(await accounts.accessToken(other, 'acme')).toBeUndefined();
    });
  });
});
