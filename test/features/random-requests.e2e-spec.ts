import { bearer, cookie, database, jwt } from 'nestjs-users';
import { Session } from '../support/users.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { onEachHost, PASSWORD } from '../support/host.js';

const REQUESTS = 1500;
const SEED = 20_261_122;

/** A small generator with a seed (mulberry32): a failure can be run again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VALUES: unknown[] = [
  ...[
    '',
    ' ',
    'ada@example.com',
    'ADA@EXAMPLE.COM ',
    'new@example.com',
    PASSWORD,
    'x'.repeat(5000),
    '\u0000',
    '\ud800',
    '%',
    "' OR 1=1 --",
  ],
  ...[
    null,
    true,
    false,
    0,
    -1,
    1e308,
    [],
    {},
    [[]],
    ['ada@example.com'],
    { $ne: 1 },
    { id: 1 },
    { toString: 1 },
    { length: -1 },
  ],
];
const FIELDS = [
  'email',
  'password',
  'token',
  'currentPassword',
  'code',
  'code_verifier',
  'username',
  'id',
  'isSuperuser',
  'roles',
  'toJSON',
  'constructor',
  'hasOwnProperty',
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data',
  '',
];
const ROUTES = [
  ...['/auth/jwt/login', '/auth/jwt/logout', '/auth/register', '/auth/verify', '/auth/request-verify-token'],
  ...[
    '/auth/forgot-password',
    '/auth/reset-password',
    '/users/me',
    '/users/me/',
    '/users/%00',
    '/auth//jwt/login?x=%',
  ],
  ...['/auth/web/login', '/auth/web/logout', '/auth/web/logout-all', '/auth/jwt/logout-all'],
  ...['/auth/acme/authorize', '/auth/acme/authorize?scopes=x&redirect_to=%00&code_challenge=x'],
  ...['/auth/acme/callback?state=x&code=%00', '/auth/acme/callback?state[]=x&error[a]=b', '/auth/acme/token'],
  ...['/auth/associate/acme/authorize?redirect_to=//x', '/auth/associate/acme/callback?state=x'],
  ...['/users/me/oauth-accounts', '/users/me/oauth-accounts/%00', '/users/me/oauth-accounts/1'],
  ...['/users/me/sessions', '/users/me/sessions/%00', '/users/me/sessions/1', '/users/x/sessions/1'],
];
const OPTIONS = {
  ...withProviders([nowhere('acme')]),
  session: Session,
  backends: [
    { name: 'jwt', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
  ],
};
const COOKIE_FIELDS = ['', '__Host-session=x', '__Host-session=%', '=;;=', '__Host-session="x'];
const ORIGINS = ['', 'null', 'https://evil.example', 'x', 'http://[', 'https://127.0.0.1'];
const METHODS = ['get', 'post', 'patch', 'delete', 'head'] as const;

onEachHost((host) => {
  test(`${REQUESTS} random requests: no 5xx, and nobody becomes more than they were`, async () => {
    const { app, api, users, login } = await host(OPTIONS);
    const { token } = await login();
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    const url = await app.getUrl();
    const random = randomFrom(SEED);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
    const failures: unknown[] = [];

    for (let count = 0; count < REQUESTS; count++) {
      const method = random() < 0.6 ? 'post' : pick(METHODS);
      const fields = Array.from({ length: Math.floor(random() * 4) }, () => [pick(FIELDS), pick(VALUES)]);
      const type = random() < 0.7 ? 'application/json' : pick(TYPES);
      const json = JSON.stringify(Object.fromEntries(fields));
      const body = random() < 0.1 ? json.slice(0, -1) : json;
      const path = pick(ROUTES);
      const answer = await fetch(url + path, {
        method: method.toUpperCase(),
        headers: {
          ...(type && { 'content-type': type }),
          cookie: pick([...COOKIE_FIELDS, web.headers['cookie'] ?? '']),
          origin: pick(ORIGINS),
          'user-agent': pick(['', 'x'.repeat(2000), '\u00ff']),
          authorization: pick(['', 'Bearer x', `Bearer ${token}`, `Basic ${token}`]),
        },
        ...(method !== 'get' && method !== 'head' && { body }),
      });
      await answer.arrayBuffer();
      if (answer.status >= 500) failures.push({ method, path, type, body, status: answer.status });
    }

    expect(failures).toEqual([]);
    expect((await users.find()).filter(({ isSuperuser }) => isSuperuser)).toEqual([]);
  });
});
