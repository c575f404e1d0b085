import { hash, randomBytes } from 'node:crypto';
import { OAuthAccountsService } from 'nestjs-users/oauth2';
import { Gate } from '../support/gate.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost } from '../support/host.js';
import {
  BEARER,
  COOKIE,
  clientOf,
  loopback,
  OneTimeToken,
  PAGE,
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

const clients = () => {
  return ['acme', 'globex'].map((name) => clientOf(name, acme));
};
const withAcme = (more: HostOptions = BEARER): HostOptions => ({ ...withProviders(clients()), ...more });

/** What a page makes before it sends the browser away, and keeps. */
function pageSecret() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: hash('sha256', verifier, 'base64url') };
}

const queryOf = (page: string, challenge?: string) =>
  new URLSearchParams({ redirect_to: page, ...(challenge && { code_challenge: challenge }) }).toString();

/** Logs in for a page; where the browser is sent in the end. */
async function logInFor(host: Host, query: string, visitor = new Visitor(host)) {
  const url = await visitor.authorize(`/auth/acme/authorize?${query}`);
  const answer = await visitor.back(acme.authorize(url));
  expect(answer.status).toBe(302);
  return answer;
}

async function codeFor(host: Host) {
  const { verifier, challenge } = pageSecret();
  const { location } = await logInFor(host, queryOf(PAGE, challenge));
  const code = location?.searchParams.get('code') ?? '';
  host.scan.plantForLogs(code);
  return { code, code_verifier: verifier };
}

onEachHost((boot) => {
  test('a page gets a code, and exchanges it once', async () => {
    const host = await boot(withAcme());
    const exchange = await codeFor(host);
    const rows = await host.rows(OneTimeToken).find();
    expect(JSON.stringify(rows)).not.toContain(exchange.code);
    expect(JSON.stringify(rows)).not.toContain(exchange.code_verifier);

    const { body } = await host.api.post('/auth/acme/token', exchange).expect(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: expect.any(Number),
    });
    await host.api
      .as((body as { access_token: string }).access_token)
      .get('/users/me')
      .expect(200);
    await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
  });

  test('of ten exchanges of a code at once, one counts', async () => {
    const host = await boot(withAcme());
    for (let round = 0; round < 10; round++) {
      const exchange = await codeFor(host);
      const all = Array.from({ length: 10 }, () => host.api.post('/auth/acme/token', exchange));
      const statuses = (await Promise.all(all)).map(({ status }) => status).sort(ascending);
      expect(statuses).toEqual([200, ...Array<number>(9).fill(400)]);
    }
  });
});

onEachAdapter('sqlite', (boot) => {
  describe('a code', () => {
    test.each(['another verifier', 'another client'])('is spent by who brings %s', async (what) => {
      const host = await boot(withAcme());
      const exchange = await codeFor(host);
      const wrong = what === 'another client' ? exchange : { ...exchange, code_verifier: 'x'.repeat(43) };
      const path = what === 'another client' ? '/auth/globex/token' : '/auth/acme/token';
      await host.api.post(path, wrong).expect(400, /OAUTH_INVALID_CODE/);
      await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
    });

    test('is over after a minute', async () => {
      const host = await boot(withAcme());
      const exchange = await codeFor(host);
      travel(61);
      await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
    });

    test.each([
      ['logs out everywhere', 400, 'OAUTH_INVALID_CODE'],
      ['is deactivated', 400, 'OAUTH_INVALID_CODE'],
      ['is deleted', 400, 'OAUTH_INVALID_CODE'],
    ])('is dead when the user %s meanwhile', async (what, status, detail) => {
      const host = await boot(withAcme());
      const exchange = await codeFor(host);
      const [user] = await host.users.find();
      if (what === 'logs out everywhere') await host.repository.raiseTokenVersion(user?.id);
      if (what === 'is deactivated') await host.service.updateUser(user, { isActive: false });
      if (what === 'is deleted') await host.service.deleteUser(user);
      const { body } = await host.api.post('/auth/acme/token', exchange).expect(status);
      expect(body).toMatchObject({ detail });
    });

    test('is dead when its account is linked no more, and so is a login under way', async () => {
      const gate = new Gate();
      const host = await boot(withAcme({ ...BEARER, hooks: { postLoginHook: gate.wait } }));
      const exchange = await codeFor(host);
      const [user] = await host.users.find();
      await host.service.updateUser(user, { password: 'a password indeed' });
      const accounts = host.app.get(OAuthAccountsService);
      const unlink = async () => {
        for (const { id } of await accounts.list(user)) await accounts.unlink(user, id);
      };
      const visitor = new Visitor(host);
      const url = await visitor.authorize('/auth/acme/authorize');
      const callback = await gate.during(visitor.back(acme.authorize(url)), unlink);
      expect([callback.status, callback.body]).toMatchObject([400, { detail: 'LOGIN_BAD_CREDENTIALS' }]);
      await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
    });

    test('is dead when the owner of the address verifies it meanwhile', async () => {
      const host = await boot(withAcme());
      acme.claims = { email_verified: false };
      const exchange = await codeFor(host);
      const [user] = await host.users.find();
      const token = await host.service.generateToken(user, 'verification');
      await host.api.post('/auth/verify', { token }).expect(200);
      await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
    });

    test('that is malformed in any way is 400 or 422, and the page needs its verifier', async () => {
      const host = await boot(withAcme());
      for (const body of [
        {},
        { code: 'x' },
        { code: 1, code_verifier: 'x' },
        { code: ['x'], code_verifier: {} },
        [],
      ]) {
        await host.api.post('/auth/acme/token', body).expect(422);
      }
      for (const code of ['', 'x', '\0', 'x'.repeat(8000), '%00', '💥']) {
        await host.api
          .post('/auth/acme/token', { code, code_verifier: 'x' })
          .expect(400, /OAUTH_INVALID_CODE/);
      }
    });

    test('counts as a login of the moment when the provider was asked', async () => {
      const host = await boot(withAcme());
      const exchange = await codeFor(host);
      travel(59);
      const { body } = await host.api.post('/auth/acme/token', exchange).expect(200);
      const [, claims = ''] = (body as { access_token: string }).access_token.split('.');
      const { auth_time: at } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
        auth_time: number;
      };
      expect(Math.floor(Date.now() / 1000) - at).toBeGreaterThanOrEqual(59);
    });
  });

  describe('a page to come back to', () => {
    const elsewhere = [
      'https://evil.example/',
      'https://app.example.com.evil.example/',
      'https://app.example.com@evil.example/',
      'https://user:password@app.example.com/',
      'http://app.example.com/',
      'https://app.example.com:8443/',
      'https://evil.example\\@app.example.com/',
      '//app.example.com/',
      '/welcome',
      'blob:https://app.example.com/welcome',
      'javascript:alert(1)//https://app.example.com',
      'data:text/html,x',
      'https:evil.example',
      ' https://evil.example',
      'https://app.example.com\t.evil.example',
      '',
      'x',
      `${PAGE}?${'x'.repeat(2100)}`,
    ];
    test.each(elsewhere)('must be of an allowed origin: %j', async (page) => {
      const host = await boot(withAcme());
      const { body } = await host.api
        .get(`/auth/acme/authorize?${queryOf(page, pageSecret().challenge)}`)
        .expect(422);
      expect(body).toMatchObject({ detail: [{ loc: ['query', 'redirect_to'] }] });
    });

    test('must prove that it asked, where it gets a code', async () => {
      const host = await boot(withAcme());
      for (const challenge of [undefined, 'x', 'x'.repeat(44), `${'x'.repeat(42)}=`]) {
        const { body } = await host.api.get(`/auth/acme/authorize?${queryOf(PAGE, challenge)}`).expect(422);
        expect(body).toMatchObject({ detail: [{ loc: ['query', 'code_challenge'] }] });
      }
    });

    test('keeps its own query, and gets no token in its address', async () => {
      const host = await boot(withAcme());
      const { challenge } = pageSecret();
      const { location, headers } = await logInFor(host, queryOf(`${PAGE}?tab=2#top`, challenge));
      expect(location?.origin + (location?.pathname ?? '')).toBe(PAGE);
      expect([...(location?.searchParams.keys() ?? [])]).toEqual(['tab', 'code']);
      expect(location?.hash).toBe('#top');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    });

    test('gets the cookie of a cookie backend, and no code', async () => {
      const host = await boot(withAcme(COOKIE));
      const visitor = new Visitor(host);
      const { location } = await logInFor(host, queryOf(PAGE), visitor);
      expect(location?.href).toBe(PAGE);
      expect((await visitor.ask('/users/me')).status).toBe(200);
      await host.api.post('/auth/acme/token', {}).expect(404);
      await host.api.get(`/auth/acme/authorize?${queryOf(PAGE, pageSecret().challenge)}`).expect(422);
    });

    test('is told that its provider is away, when a browser asks for the way there', async () => {
      const gone = loopback('gone', 'http://127.0.0.1:1', {});
      const host = await boot({ ...COOKIE, ...withProviders([gone]) });
      const path = `/auth/gone/authorize?${queryOf(PAGE)}`;
      await host.api.get(path).expect(502, /OAUTH_PROVIDER_UNAVAILABLE/);
      const page = await host.api.with({ accept: 'text/html' }).get(path).redirects(0).expect(302);
      expect(page.headers).toMatchObject({ location: `${PAGE}?error=OAUTH_PROVIDER_UNAVAILABLE` });
    });

    test('is told by a code what went wrong, once it is known whose errand it is', async () => {
      const host = await boot(withAcme(COOKIE));
      await host.addUser({ email: 'ada@example.com' });
      const { location } = await logInFor(host, queryOf(PAGE));
      expect(location?.href).toBe(`${PAGE}?error=OAUTH_USER_ALREADY_EXISTS`);

      const visitor = new Visitor(host);
      const url = await visitor.authorize(`/auth/acme/authorize?${queryOf(PAGE)}`);
      const denied = {
        code: undefined,
        error: 'access_denied',
        error_description: '<script>alert(1)</script>',
      };
      const answer = await visitor.back(acme.authorize(url, denied));
      expect(answer.location?.href).toBe(`${PAGE}?error=OAUTH_PROVIDER_ERROR`);

      const stranger = await new Visitor(host).back(acme.authorize(url));
      expect([stranger.status, stranger.body]).toMatchObject([400, { detail: 'OAUTH_INVALID_STATE' }]);
    });
  });
});
