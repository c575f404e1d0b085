import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { Authenticated, bearer, cookie, type CookieOptions, CurrentUser, jwt } from 'nestjs-users';
import { cookiesOf } from '../support/api.js';
import { onEachAdapter, PASSWORD } from '../support/host.js';
import { Session, type User } from '../support/users.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };

@Controller('host')
class HostController {
  @Get()
  @UseGuards(Authenticated())
  read(@CurrentUser() user: User) {
    return { email: user.email };
  }

  @Post()
  @UseGuards(Authenticated())
  change(@CurrentUser() user: User) {
    return { email: user.email };
  }

  @Post('optional')
  @UseGuards(Authenticated({ optional: true }))
  optional(@CurrentUser() user: User | undefined) {
    return { email: user?.email ?? null };
  }
}

const withCookie = (options?: CookieOptions) => ({
  backends: [
    { name: 'app', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(options), strategy: jwt({ lifetimeSeconds: 1800 }) },
  ],
  host: { controllers: [HostController] },
});

/** Requests of pages, as browsers mark them, and whether they may use the cookie. */
const ORIGINS: [string, Record<string, string>, 'passes' | 'refused'][] = [
  ['no browser', {}, 'passes'],
  ['the own page', { 'sec-fetch-site': 'same-origin', origin: 'https://other.example' }, 'passes'],
  ['the address bar', { 'sec-fetch-site': 'none' }, 'passes'],
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'refused'],
  ['another site without Origin', { 'sec-fetch-site': 'cross-site' }, 'refused'],
  ['a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://sister.example.com' }, 'refused'],
  ['an unknown site', { 'sec-fetch-site': 'SAME-ORIGIN' }, 'refused'],
  ['an older browser elsewhere', { origin: 'https://evil.example' }, 'refused'],
  ['an older browser in a sandbox', { origin: 'null' }, 'refused'],
  ['an allowed page', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }, 'passes'],
  ['an allowed page in an older browser', { origin: 'https://app.example.com' }, 'passes'],
  ['an allowed name, other scheme', { origin: 'http://app.example.com' }, 'refused'],
  ['an allowed name, other port', { origin: 'https://app.example.com:8443' }, 'refused'],
  ['a longer name', { origin: 'https://app.example.com.evil.example' }, 'refused'],
  ['an allowed name in other letters', { origin: 'https://APP.example.com' }, 'refused'],
  ['nonsense', { origin: 'nonsense' }, 'refused'],
  ['an empty origin', { origin: '' }, 'refused'],
  ['two origins', { origin: 'https://app.example.com https://evil.example' }, 'refused'],
];

onEachAdapter('sqlite', (boot) => {
  test('a login sets one strict cookie and answers nothing else', async () => {
    const { api, addUser } = await boot(withCookie());
    await addUser();
    const answer = await api.post('/auth/web/login', ADA).expect(204);
    expect(answer.text).toBe('');
    expect(answer.headers['cache-control']).toBe('no-store');
    const [set, ...others] = cookiesOf(answer);
    expect(others).toEqual([]);
    const [pair, ...attributes] = (set ?? '').split('; ');
    expect(pair).toMatch(/^__Host-session=[\w.-]{40,}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=1800', 'Path=/', 'SameSite=Lax', 'Secure']);
  });

  test('logout clears the cookie with the attributes that set it, and so does a refused one', async () => {
    const { api, addUser } = await boot(
      withCookie({ domain: 'example.com', path: '/users', sameSite: 'strict' }),
    );
    await addUser();
    const login = await api.post('/auth/web/login', ADA).expect(204);
    const attributes = (set: string | undefined) =>
      (set ?? '')
        .split('; ')
        .filter((part) => !/^(Max-Age|Expires|__Secure-session)=/.test(part))
        .sort();
    expect(attributes(cookiesOf(login)[0])).toEqual(
      ['Domain=example.com', 'HttpOnly', 'Path=/users', 'SameSite=Strict', 'Secure'].sort(),
    );
    const web = api.carrying(login);
    for (const status of [204, 401]) {
      const [cleared] = cookiesOf(await web.post('/auth/web/logout').expect(status));
      expect(attributes(cleared)).toEqual(attributes(cookiesOf(login)[0]));
      expect(cleared).toMatch(/^__Secure-session=;/);
      expect(cleared).toContain('Max-Age=0');
    }
    expect(cookiesOf(await web.get('/users/me').expect(401))).toEqual([]);
  });

  test('with returnUser the answer is the user, and carries no token', async () => {
    const { api, addUser } = await boot({ ...withCookie(), auth: { returnUser: true } });
    await addUser();
    const { body } = await api.post('/auth/web/login', ADA).expect(200);
    expect(body).toEqual({ user: expect.objectContaining({ email: ADA.email }) });
  });

  test('attributes are what the options say; a cookie never outlives its token', async () => {
    const options = {
      name: 'sid',
      secure: false,
      sameSite: 'strict',
      maxAgeSeconds: 60,
      httpOnly: false,
    } as const;
    const { api, addUser } = await boot(withCookie(options));
    await addUser();
    const [set] = cookiesOf(await api.post('/auth/web/login', ADA).expect(204));
    expect((set ?? '').split('; ').slice(1).sort()).toEqual(['Max-Age=60', 'Path=/', 'SameSite=Strict']);
    expect(set).toMatch(/^sid=/);

    const longer = await boot(withCookie({ maxAgeSeconds: 86_400 }));
    await longer.addUser();
    const [cut] = cookiesOf(await longer.api.post('/auth/web/login', ADA).expect(204));
    expect(cut).toContain('Max-Age=1800');
  });

  test('a fresh cookie comes with one’s own password change', async () => {
    const { api, addUser } = await boot({ ...withCookie(), session: Session });
    await addUser();
    const web = await api.loggedIn(ADA.email, PASSWORD, 'web');
    const answer = await web.patch('/users/me', { password: 'a new password indeed' }).expect(200);
    expect(answer.headers['authorization']).toBeUndefined();
    expect(cookiesOf(answer)).toHaveLength(1);
    await api.carrying(answer).get('/users/me').expect(200);
  });

  test.each(ORIGINS)('%s', async (_name, headers, outcome) => {
    const { api, addUser } = await boot(withCookie({ allowedOrigins: ['https://app.example.com'] }));
    await addUser();
    const web = (await api.loggedIn(ADA.email, PASSWORD, 'web')).with(headers);
    const page = api.with(headers);
    const [ok, no] = outcome === 'passes' ? [201, 204] : [403, 403];
    const refusal = outcome === 'passes' ? '' : /CROSS_ORIGIN_REQUEST/;

    await web.post('/host').expect(ok, refusal || /ada@/);
    await web.post('/host/optional').expect(ok);
    await web.patch('/users/me', { email: ADA.email }).expect(outcome === 'passes' ? 200 : 403);
    await page.post('/auth/web/login', ADA).expect(no);
    for (const path of ['/host', '/users/me']) await web.get(path).expect(200);
    await web.head('/users/me').expect(200);
    await web.post('/auth/web/logout').expect(no);
    // No cookie, no doubt: what has to be sent on purpose comes from its owner.
    const app = (await api.loggedIn(ADA.email, PASSWORD, 'app')).with(headers);
    await app.post('/host').expect(201);
    await page.post('/auth/app/login', ADA).expect(200);
  });

  test('the own origin passes in browsers that don’t say what site a request is of', async () => {
    const { api, addUser } = await boot(withCookie());
    await addUser();
    const web = await api.loggedIn(ADA.email, PASSWORD, 'web');
    await web.with({ origin: api.url }).post('/host').expect(201);
    await web.with({ origin: 'https://shop.example', host: 'shop.example' }).post('/host').expect(201);
    await web.with({ origin: 'https://shop.example', host: 'shop.example:443' }).post('/host').expect(201);
    await web.with({ origin: 'https://shop.example', host: 'shop.example:8443' }).post('/host').expect(403);
    await web
      .with({ origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' })
      .post('/host')
      .expect(403);
  });

  test.each([
    [true, 'https', 201],
    [true, 'http', 403],
    [true, 'chrome-extension', 403],
    [true, 'ftp', 403],
    [false, 'https', 201],
    [false, 'http', 201],
    [false, 'ftp', 403],
    [false, 'chrome-extension', 403],
  ])('with secure: %s, the own host by %s: is answered %i', async (secure, scheme, status) => {
    const { api, addUser } = await boot(withCookie({ secure }));
    await addUser();
    const web = await api.loggedIn(ADA.email, PASSWORD, 'web');
    const page = { origin: `${scheme}://shop.example`, host: 'shop.example' };
    await web.with(page).post('/host').expect(status);
    const local = { origin: `${scheme}://localhost:3000`, host: 'localhost:3000' };
    await web
      .with(local)
      .post('/host')
      .expect(scheme === 'http' ? 201 : status);
  });

  test('requireOrigin refuses whoever says nothing', async () => {
    const { api, addUser } = await boot(withCookie({ requireOrigin: true }));
    await addUser();
    await api.post('/auth/web/login', ADA).expect(403, /CROSS_ORIGIN_REQUEST/);
    const page = api.with({ 'sec-fetch-site': 'same-origin' });
    const web = await page.loggedIn(ADA.email, PASSWORD, 'web');
    await web.post('/host').expect(201);
    await api
      .with({ cookie: web.headers['cookie'] ?? '' })
      .post('/host')
      .expect(403);
  });

  test('a WebSocket handshake is checked like a change', async () => {
    const { api, addUser } = await boot(withCookie());
    await addUser();
    const web = (await api.loggedIn(ADA.email, PASSWORD, 'web')).with({
      upgrade: 'websocket',
      connection: 'close',
    });
    await web.with({ 'sec-fetch-site': 'cross-site' }).get('/host').expect(403);
    await web.with({ 'sec-fetch-site': 'same-origin' }).get('/host').expect(200);
  });

  test('two credentials in one request never mix', async () => {
    const { api, addUser } = await boot(withCookie());
    await addUser();
    await addUser({ email: 'eve@example.com' });
    const web = await api.loggedIn(ADA.email, PASSWORD, 'web');
    const app = await api.loggedIn('eve@example.com', PASSWORD, 'app');
    const both = web.with({ authorization: app.headers['authorization'] ?? '' });
    const evil = { 'sec-fetch-site': 'cross-site' };

    // The first backend that yields a user wins, and its rules alone hold.
    expect((await both.with(evil).post('/host').expect(201)).body).toEqual({ email: 'eve@example.com' });
    await both.post('/auth/app/logout').expect(204);
    expect((await both.get('/host').expect(200)).body).toEqual({ email: ADA.email });
    await both.with(evil).post('/host').expect(403);
    await both.with(evil).post('/host/optional').expect(403);
    for (const bad of ['Bearer x', 'Bearer', 'Basic YTpi', `Bearer ${'x'.repeat(3000)}`]) {
      expect((await web.with({ authorization: bad }).get('/host').expect(200)).body).toEqual({
        email: ADA.email,
      });
    }
    await both.post('/auth/web/logout').expect(204);
    await both.get('/host').expect(401);
  });

  test('odd Cookie fields are nobody', async () => {
    const { api } = await boot(withCookie());
    for (const odd of [
      '__Host-session',
      '__Host-session=',
      '__Host-session=;',
      '=;=;=',
      '__Host-session=%',
      '__Host-session=%E0%A4%A',
      '__proto__=x; __Host-session=x',
      'session=x',
      'a=b; '.repeat(2000),
      `__Host-session=${'x'.repeat(8000)}`,
    ]) {
      const { status } = await api.with({ cookie: odd }).get('/host');
      expect([401, 431]).toContain(status);
    }
  });

  test('a host’s own cookies are left alone', async () => {
    const hooks = {
      postLoginHook: (
        _user: unknown,
        _request: unknown,
        response: { header: (name: string, value: string) => unknown },
      ) => void response.header('Set-Cookie', 'theme=dark'),
    };
    const { api, addUser } = await boot({ ...withCookie(), hooks: hooks as never });
    await addUser();
    const names = cookiesOf(await api.post('/auth/web/login', ADA).expect(204)).map(
      (each) => each.split('=')[0],
    );
    expect(names.sort()).toEqual(['__Host-session', 'theme']);
  });
});
