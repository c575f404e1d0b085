/** Of every user in the tests. */
const PASSWORD = 'correct horse battery';

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

const TEXTS = [
  ...['', ' ', 'ada@example.com', 'ADA@EXAMPLE.COM ', 'new@example.com', PASSWORD, 'x'.repeat(5000)],
  ...['\u0000', '\ud800', '%', "' OR 1=1 --", 'analyst', 'ANALYST ', 'e\u0301'.repeat(40)],
];
const VALUES: unknown[] = [
  ...TEXTS,
  ...[null, true, false, 0, -1, 1e308, [], {}, [[]], ['ada@example.com'], { $ne: 1 }, { id: 1 }],
  ...[{ toString: 1 }, { length: -1 }],
];
const FIELDS = [
  ...['email', 'password', 'token', 'currentPassword', 'code', 'code_verifier', 'username', 'id'],
  ...['isSuperuser', 'isActive', 'isVerified', 'invite', 'roles', 'toJSON', 'constructor', 'hasOwnProperty'],
  ...['name', 'description', 'userId', 'roleId', '__proto__'],
];
const TYPES = [
  ...['application/json', 'application/json; charset=utf-8', 'application/x-www-form-urlencoded'],
  ...['text/plain', 'multipart/form-data', ''],
];
const PATHS = [
  ...['/auth/jwt/login', '/auth/jwt/logout', '/auth/register', '/auth/verify', '/auth/request-verify-token'],
  ...['/auth/forgot-password', '/auth/reset-password', '/users/me', '/users/me/', '/users/%00'],
  ...['/auth//jwt/login?x=%', '/auth/web/login', '/auth/web/logout', '/auth/web/logout-all'],
  ...['/auth/jwt/logout-all', '/auth/acme/authorize', '/auth/acme/token'],
  ...[
    '/auth/acme/authorize?scopes=x&redirect_to=%00&code_challenge=x',
    '/auth/acme/callback?state=x&code=%00',
  ],
  ...['/auth/acme/callback?state[]=x&error[a]=b', '/auth/associate/acme/authorize?redirect_to=//x'],
  ...['/auth/associate/acme/callback?state=x', '/users/me/oauth-accounts', '/users/me/oauth-accounts/{id}'],
  ...['/users/me/sessions', '/users/me/sessions/{id}', '/users/{id}/sessions', '/users/{id}/sessions/{id}'],
  ...[
    '/users',
    '/users?limit=1&sort=-email',
    '/users?limit=%00&cursor=x',
    '/users?email[like]=%',
    '/users/{id}',
  ],
  ...['/users/{id}', '/users/{id}/password-reset', '/users/roles', '/users/roles?limit=-1&offset=x'],
  ...['/users/roles/{id}', '/users/roles/assign', '/users/roles/revoke', '/users/ME', '/users/%6De'],
];
const IDS = [
  ...['%00', '1', '-1', '99999999999999999999', 'me', 'null', '7f1b2f9e-3b1c-4c2e-8f43-0a1b2c3d4e5f'],
  ...['7F1B2F9E-3B1C-4C2E-8F43-0A1B2C3D4E5F', '%ff', '..', "'--"],
];
const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD'] as const;
const COOKIES = ['', '__Host-session=x', '__Host-session=%', '=;;=', '__Host-session="x'];
const ORIGINS = ['', 'null', 'https://evil.example', 'x', 'http://[', 'https://127.0.0.1'];

/** What the requests may know of the application. */
export interface Known {
  /** Access tokens of various users. */
  tokens: readonly string[];
  cookies?: readonly string[];
  /** Of users, roles and whatever else has one. */
  ids: readonly string[];
}

/** Requests of every shape to every route, the same ones for a seed. */
export class RandomRequests {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** Half of them are what a client may want, and go through doors; the others are nothing that one would send. */
  next({ tokens, cookies = [], ids }: Known): { path: string; init: RequestInit } {
    const isSensible = this.random() < 0.5;
    const method = this.pick(METHODS);
    const [verb, route, body] = isSensible
      ? this.sensible(ids)
      : ([method, this.pick(PATHS), this.senseless(ids)] as const);
    const path = route.replaceAll('{id}', () => (this.random() < 0.7 ? this.pick(ids) : this.pick(IDS)));
    const type = isSensible ? 'application/json' : this.pick(TYPES);
    const token = this.pick(tokens);
    const odd = ['', 'Bearer x', `Basic ${token}`];
    const init: RequestInit = {
      method: verb,
      headers: {
        ...(type && { 'content-type': type }),
        cookie: this.pick([...COOKIES, ...cookies]),
        origin: this.pick(ORIGINS),
        'user-agent': this.pick(['', 'x'.repeat(2000), '\u00ff']),
        authorization: isSensible || this.random() < 0.4 ? `Bearer ${token}` : this.pick(odd),
      },
      ...(verb !== 'GET' && verb !== 'HEAD' && { body: this.text(body) }),
      redirect: 'manual',
    };
    return { path, init };
  }

  private text(body: object): string {
    const json = JSON.stringify(body);
    return this.random() < 0.1 ? json.slice(0, -1) : json;
  }

  private sensible(ids: readonly string[]): readonly [method: string, path: string, body: object] {
    const number = Math.floor(this.random() * 20);
    const user = { email: `user${number}@example.com`, password: PASSWORD };
    const ada = { email: 'ada@example.com', password: PASSWORD };
    const role = { name: `role ${number}` };
    const assignment = { userId: this.pick(ids), roleId: this.pick(ids) };
    const flag = { [this.pick(['isActive', 'isVerified', 'isSuperuser'])]: this.random() < 0.5 };
    return this.pick([
      ['POST', '/auth/register', user],
      ['POST', '/auth/jwt/login', ada],
      ['POST', '/auth/forgot-password', ada],
      ['GET', '/users/me', {}],
      ['PATCH', '/users/me', { ...ada, currentPassword: PASSWORD }],
      ['GET', '/users/me/sessions', {}],
      ['GET', '/users?limit=3', {}],
      ['POST', '/users', { ...user, ...flag }],
      ['GET', '/users/{id}', {}],
      ['PATCH', '/users/{id}', { ...flag, currentPassword: PASSWORD }],
      ['DELETE', '/users/{id}', { currentPassword: PASSWORD }],
      ['POST', '/users/{id}/password-reset', {}],
      ['GET', '/users/{id}/sessions', {}],
      ['DELETE', '/users/{id}/sessions', {}],
      ['GET', '/users/roles', {}],
      ['POST', '/users/roles', role],
      ['PATCH', '/users/roles/{id}', role],
      ['DELETE', '/users/roles/{id}', {}],
      ['PUT', '/users/roles/assign', assignment],
      ['PUT', '/users/roles/revoke', assignment],
    ]);
  }

  private senseless(ids: readonly string[]): object {
    const value = (field: string) =>
      field.endsWith('Id') ? this.pick([...ids, ...VALUES]) : this.pick(VALUES);
    const fields = Array.from({ length: Math.floor(this.random() * 4) }, () => this.pick(FIELDS));
    return Object.fromEntries(fields.map((field) => [field, value(field)]));
  }

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)];
  }
}
