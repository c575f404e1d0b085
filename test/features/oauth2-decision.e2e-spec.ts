import type { BaseUser } from 'nestjs-users';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';
import { BEARER, clientOf, linksOf, Visitor, withProviders } from '../support/oauth2.js';
import type { OAuth2Options, ProviderIdentity } from 'nestjs-users/oauth2';
import { softly } from '../support/soft-entities.js';
import { Session } from '../support/users.js';

const ascending = (one: number, other: number) => one - other;

let acme: HostileProvider;

beforeAll(async () => {
  acme = await startHostileProvider();
});
beforeEach(() => {
  acme.claims = {};
});
afterAll(() => acme.close());

const EMAIL = 'ada@example.com';

const withAcme = (more: Partial<OAuth2Options> = {}, host: HostOptions = {}): HostOptions => {
  return {
    ...BEARER,
    session: Session,
    ...withProviders([clientOf('acme', acme)], more),
    ...host,
  };
};

async function logIn(host: Host, claims: Record<string, unknown> = {}) {
  acme.claims = claims;
  const visitor = new Visitor(host);
  return visitor.back(acme.authorize(await visitor.authorize('/auth/acme/authorize')));
}

const read = (host: Host, { id }: BaseUser) =>
  host.users.createQueryBuilder('user').addSelect('user.passwordHash').where({ id }).getOneOrFail();

onEachHost({ takesLong: true }, (boot, _adapter, _database, profile) => {
  test('an account of a deleted user lets nobody in, and is not linked to them when they come back', async () => {
    const host = await boot({ ...withAcme(), ...softly(profile) });
    const ada = { sub: 'ada', email: EMAIL, email_verified: true };
    const taken = { detail: 'OAUTH_USER_ALREADY_EXISTS' };
    expect((await logIn(host, ada)).status).toBe(200);
    const user = await host.service.findByEmail(EMAIL);
    await host.service.deleteUser(user!.id);
    expect((await logIn(host, ada)).body).toMatchObject(taken);
    await host.service.restoreUser(user!.id);
    expect((await logIn(host, ada)).body).toMatchObject(taken);
    // It is free to be another user's.
    expect((await logIn(host, { ...ada, email: 'new@example.com' })).status).toBe(200);
  });

  test('an unverified account is wiped and handed to whoever has its address', async () => {
    const host = await boot(withAcme({ associateByEmail: true }));
    const { user, api } = await host.login({ email: EMAIL, isVerified: false });
    // What an attacker, who registered first, has linked.
    await logInAndLink(host, api, { sub: 'mallory', email: 'mallory@example.com' });
    const resetToken = await host.service.generateToken(user, 'reset-password');

    const answer = await logIn(host, { sub: 'ada', email: EMAIL, email_verified: true });
    expect(answer.status).toBe(200);
    expect(await read(host, user)).toMatchObject({ id: user.id, passwordHash: null, isVerified: true });
    expect(await linksOf(host)).toMatchObject([{ accountId: 'ada', user: { id: user.id } }]);
    expect(await host.sessions?.count()).toBe(1);

    await api.get('/users/me').expect(401);
    await host.api.post('/auth/jwt/login', { email: EMAIL, password: PASSWORD }).expect(400);
    await host.api.post('/auth/reset-password', { token: resetToken, password: 'another one' }).expect(400);
    expect((await logIn(host, { sub: 'mallory', email: EMAIL, email_verified: false })).body).toMatchObject({
      detail: 'OAUTH_USER_ALREADY_EXISTS',
    });
  });

  test('a verification and a reset remove the links that were made before', async () => {
    const host = await boot(withAcme());
    const cases: [string, boolean][] = [
      ['verify', false],
      ['reset', false],
      ['reset', true],
    ];
    for (const [index, [how, isVerified]] of cases.entries()) {
      const email = `user${index}@example.com`;
      const { user, api } = await host.login({ email, isVerified });
      await logInAndLink(host, api, { sub: `sub-${index}`, email: 'x@example.com' });
      const purpose = how === 'verify' ? 'verification' : 'reset-password';
      const token = await host.service.generateToken(user, purpose);
      const [path, body]: [string, object] =
        how === 'verify'
          ? ['/auth/verify', { token }]
          : ['/auth/reset-password', { token, password: 'another one' }];
      await host.api.post(path, body).expect(200);
      const links = (await linksOf(host)).filter((link) => link.user.id === user.id);
      expect([how, isVerified, links.length]).toEqual([how, isVerified, 0]);
    }
  });

  test('whoever hands an address over by confirming or setting it keeps no link, nor a login by one', async () => {
    const host = await boot({ ...withAcme(), currentUser: { emailChange: 'confirmed' } });
    const root = await host.login({ email: 'root@example.com', isSuperuser: true });
    const confirm = async (api: Host['api'], email: string) => {
      await api.patch('/users/me', { email }).expect(200);
      await host.settled();
      await host.api.post('/auth/verify', { token: host.outbox.last(email).token }).expect(200);
    };
    const set = async (_: Host['api'], email: string, id: BaseUser['id']) =>
      root.api.patch(`/users/${id}`, { email, isVerified: true }).expect(200);
    for (const [index, handOver] of [confirm, set].entries()) {
      const { user, api } = await host.login({ email: `mallory${index}@example.com` });
      await logInAndLink(host, api, { sub: `sub-${index}`, email: `mallory${index}@example.com` });
      await handOver(api, `victim${index}@example.com`, user.id);
      await api.get('/users/me').expect(401);
      expect(await linksOf(host)).toEqual([]);
    }
    const plain = await host.login({ email: 'plain@example.com' });
    await confirm(plain.api, 'other@example.com');
    await plain.api.get('/users/me').expect(200);
  });

  test('what began before the owner of an address verified it ends with it', async () => {
    const host = await boot(withAcme());
    const { user, api } = await host.login({ email: EMAIL, isVerified: false });
    const visitor = new Visitor(host);
    const url = await visitor.authorize('/auth/associate/acme/authorize', api.headers);
    await logInAndLink(host, api, { sub: 'mallory' });
    const token = await host.service.generateToken(user, 'verification');
    await host.api.post('/auth/verify', { token }).expect(200);

    acme.claims = { sub: 'second' };
    const { status, body } = await visitor.back(acme.authorize(url));
    expect([status, body]).toMatchObject([400, { detail: 'OAUTH_INVALID_STATE' }]);
    await api.get('/auth/associate/acme/authorize').expect(401);
    expect(await linksOf(host)).toEqual([]);
  });

  test("takeovers of many accounts at once stand in nobody's way", async () => {
    const host = await boot(withAcme({ associateByEmail: true }));
    const ways = [];
    for (let index = 0; index < 20; index++) {
      const email = `user${index}@example.com`;
      await host.addUser({ email, isVerified: false });
      acme.claims = { sub: `sub-${index}`, email, email_verified: true };
      const visitor = new Visitor(host);
      ways.push([visitor, acme.authorize(await visitor.authorize('/auth/acme/authorize'))] as const);
    }
    const answers = await Promise.all(ways.map(([visitor, callback]) => visitor.back(callback)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
    expect(await linksOf(host)).toHaveLength(20);
  });

  test('twenty first logins at once make one user and one link', async () => {
    const host = await boot(withAcme());
    acme.claims = { sub: 'ada', email: EMAIL, email_verified: true };
    const callbacks = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const visitor = new Visitor(host);
        return [visitor, acme.authorize(await visitor.authorize('/auth/acme/authorize'))] as const;
      }),
    );
    const answers = await Promise.all(callbacks.map(([visitor, callback]) => visitor.back(callback)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
    expect([await host.users.count(), (await linksOf(host)).length]).toEqual([1, 1]);
  });

  test('what a provider says of a new user may have any shape, and shifts nothing into other columns', async () => {
    const newUser = ({ claims }: ProviderIdentity) => ({
      fullName: (claims['name'] as { trim: () => string }).trim?.() ?? claims['name'],
    });
    const host = await boot(withAcme({ newUser }));
    const shapes: unknown[] = [
      { a: 1 },
      [],
      ['x', true],
      { toString: 1 },
      { trim: 1 },
      'Ada\0',
      'x'.repeat(500_000),
      7,
      null,
    ];
    for (const [index, name] of shapes.entries()) {
      const { status, body } = await logIn(host, {
        sub: `s${index}`,
        email: `s${index}@example.com`,
        name,
      });
      // SQLite takes a NUL, and a text of any length.
      if (status !== 200)
        expect([name, status, body]).toMatchObject([name, 400, { detail: 'OAUTH_PROVIDER_ERROR' }]);
      else expect(['Ada\0', 'x'.repeat(500_000), 7]).toContain(name);
    }
    const users = await host.users.find();
    expect(users).toHaveLength((await linksOf(host)).length);
    expect(users.filter(({ isSuperuser, isActive }) => isSuperuser || !isActive)).toEqual([]);
  });

  test('twenty accounts with one address at once make one user', async () => {
    const host = await boot(withAcme());
    const callbacks = [];
    for (let index = 0; index < 20; index++) {
      acme.claims = { sub: `ada-${index}`, email: EMAIL, email_verified: true };
      const visitor = new Visitor(host);
      callbacks.push([visitor, acme.authorize(await visitor.authorize('/auth/acme/authorize'))] as const);
    }
    const answers = await Promise.all(callbacks.map(([visitor, callback]) => visitor.back(callback)));
    expect(answers.map(({ status }) => status).sort(ascending)).toEqual([
      200,
      ...Array<number>(19).fill(400),
    ]);
    const refused = answers
      .filter(({ status }) => status === 400)
      .map(({ body }) => (body as { detail: string }).detail);
    expect(new Set(refused)).toEqual(new Set(['OAUTH_USER_ALREADY_EXISTS']));
    expect([await host.users.count(), (await linksOf(host)).length]).toEqual([1, 1]);
  });
});

/** Links a further account to the user who is logged in. */
async function logInAndLink(host: Host, api: Host['api'], claims: Record<string, unknown>): Promise<void> {
  acme.claims = claims;
  const visitor = new Visitor(host);
  const url = await visitor.authorize('/auth/associate/acme/authorize', api.headers);
  const answer = await visitor.back(acme.authorize(url));
  if (answer.status !== 200) throw new Error(`No link: ${answer.status} ${answer.text}`);
}

onEachAdapter('sqlite', (boot) => {
  describe('an unknown account with an unknown address', () => {
    test('becomes a user without a password, by the hooks of registration', async () => {
      const calls: string[] = [];
      const host = await boot(
        withAcme(
          {
            newUser: ({ claims }) => ({
              fullName: String(claims['name']),
              isSuperuser: true,
              isVerified: true,
            }),
          },
          {
            hooks: {
              preRegistrationHook: (data) => void calls.push(`pre ${data.email}`),
              postRegistrationHook: (user) => void calls.push(`post ${user.email}`),
              postLoginHook: (user) => void calls.push(`login ${user.email}`),
            },
          },
        ),
      );
      const answer = await logIn(host, { email: EMAIL, email_verified: false, name: 'Ada L.' });
      expect(answer.status).toBe(200);
      const [user] = await host.users.find();
      expect(await read(host, user)).toMatchObject({
        ...{ email: EMAIL, fullName: 'Ada L.', passwordHash: null },
        ...{ isVerified: false, isActive: true, isSuperuser: false },
      });
      expect(calls).toEqual([`pre ${EMAIL}`, `post ${EMAIL}`, `login ${EMAIL}`]);
      await host.api.post('/auth/jwt/login', { email: EMAIL, password: '' }).expect(400);
    });

    test('is refused where a hook refuses, and leaves nothing', async () => {
      const refuse = () => {
        throw new Error('by invitation only');
      };
      const host = await boot(withAcme({}, { hooks: { preRegistrationHook: refuse } }));
      expect((await logIn(host)).status).toBe(403);
      expect([await host.users.count(), (await linksOf(host)).length]).toEqual([0, 0]);
    });

    test('is refused with allowRegistration: false, and leaves nothing', async () => {
      const host = await boot(withAcme({ allowRegistration: false }));
      expect((await logIn(host)).body).toMatchObject({ detail: 'LOGIN_BAD_CREDENTIALS' });
      expect(await host.users.count()).toBe(0);
    });

    test('is verified only if the provider says so and the host trusts it', async () => {
      for (const trustEmail of [true, false]) {
        const client = clientOf('acme', acme, { trustEmail });
        const host = await boot({ ...BEARER, ...withProviders([client]) });
        for (const [index, said] of [true, false, null, 'true', 1, undefined].entries()) {
          await logIn(host, { sub: `s${index}`, email: `u${index}@example.com`, email_verified: said });
          const user = await host.service.getUserBy({ email: `u${index}@example.com` });
          expect([trustEmail, said, user?.isVerified]).toEqual([
            trustEmail,
            said,
            trustEmail && said === true,
          ]);
        }
      }
    });

    test('waits for verification where that is required, and mails for it', async () => {
      const host = await boot(withAcme({}, { requireVerification: true }));
      for (let round = 0; round < 2; round++) {
        const answer = await logIn(host, { email: EMAIL, email_verified: false });
        expect([answer.status, answer.body]).toMatchObject([400, { detail: 'LOGIN_USER_NOT_VERIFIED' }]);
      }
      await host.settled();
      expect(host.outbox.mails).toMatchObject([{ kind: 'verification', to: EMAIL }]);
      expect(await host.users.count()).toBe(1);
      const trusted = await logIn(host, { sub: 'other', email: 'bob@example.com', email_verified: true });
      expect(trusted.status).toBe(200);
    });
  });

  describe('an unknown account with a known address', () => {
    const cases = [
      ['by default', {}, true, true, 400],
      ['with associateByEmail, verified on both sides', { associateByEmail: true }, true, true, 200],
      ['with associateByEmail, verified by nobody', { associateByEmail: true }, false, false, 400],
      ['with associateByEmail, verified here alone', { associateByEmail: true }, true, false, 400],
      ['with associateByEmail, verified there alone', { associateByEmail: true }, false, true, 200],
    ] as const;
    test.each(cases)('%s', async (_, options, isVerified, saysVerified, status) => {
      const host = await boot(withAcme(options));
      const user = await host.addUser({ email: EMAIL, isVerified });
      const { passwordHash } = await read(host, user);

      const answer = await logIn(host, { email: EMAIL, email_verified: saysVerified });
      expect(answer.status).toBe(status);
      const links = await linksOf(host);
      if (status === 200) {
        expect(links).toMatchObject([{ accountId: 'user-1', user: { id: user.id } }]);
      } else {
        expect(answer.body).toMatchObject({ detail: 'OAUTH_USER_ALREADY_EXISTS' });
        expect(links).toEqual([]);
        await host.api.post('/auth/jwt/login', { email: EMAIL, password: PASSWORD }).expect(200);
      }
      const after = await read(host, user);
      expect(after.passwordHash).toBe(status === 200 && !isVerified ? null : passwordHash);
    });

    test('is known in the form in which the host stores it', async () => {
      // As some hosts take addresses of one mailbox for one.
      const normalizeIdentifier = (address: string) =>
        address.startsWith('nobody')
          ? undefined
          : address
              .trim()
              .toLowerCase()
              .replace(/\+[^@]*/, '');
      const host = await boot(withAcme({ associateByEmail: true }, { normalizeIdentifier }));
      const user = await host.addUser({ email: EMAIL });
      const answer = await logIn(host, { sub: 'plus', email: 'Ada+tag@example.com', email_verified: true });
      expect(answer.status).toBe(200);
      expect(await linksOf(host)).toMatchObject([{ accountId: 'plus', user: { id: user.id } }]);
      const refused = await logIn(host, { sub: 'no', email: 'nobody@example.com', email_verified: true });
      expect(refused.body).toMatchObject({ detail: 'OAUTH_NOT_AVAILABLE_EMAIL' });
    });

    test('an inactive user is refused, as if the password were wrong', async () => {
      const host = await boot(withAcme({ associateByEmail: true }));
      await host.addUser({ email: EMAIL, isActive: false });
      const answer = await logIn(host, { email: EMAIL, email_verified: true });
      expect(answer.body).toMatchObject({ detail: 'LOGIN_BAD_CREDENTIALS' });
      expect(await linksOf(host)).toEqual([]);
    });

    test('concealExisting: an address that nobody vouches for is answered as a new one', async () => {
      const host = await boot(
        withAcme({}, { requireVerification: true, registration: { concealExisting: true } }),
      );
      await host.addUser({ email: EMAIL });
      const known = await logIn(host, { sub: 'x', email: EMAIL, email_verified: false });
      const unknown = await logIn(host, { sub: 'y', email: 'new@example.com', email_verified: false });
      const comparable = ({ status, text, headers }: typeof known) => [
        status,
        text,
        [...headers.keys()].sort(),
      ];
      expect(comparable(known)).toEqual(comparable(unknown));
      expect(known.body).toMatchObject({ detail: 'LOGIN_USER_NOT_VERIFIED' });
      await host.settled();
      expect(host.outbox.mails).toMatchObject([
        { kind: 'registration-attempt', to: EMAIL },
        { kind: 'verification', to: 'new@example.com' },
      ]);
      expect(await linksOf(host)).toEqual([]);
      // What differed would tell by the next login: the account alone, another address, many tries.
      for (const claims of [{ email: undefined }, { email: 'third@example.com', email_verified: false }]) {
        const [one, other] = [
          await logIn(host, { sub: 'x', ...claims }),
          await logIn(host, { sub: 'y', ...claims }),
        ];
        expect(comparable(one)).toEqual(comparable(other));
      }
    });
  });

  describe('a known account', () => {
    test('logs in its user, whatever address the provider tells by now', async () => {
      const host = await boot(withAcme());
      await logIn(host, { email: EMAIL, email_verified: true });
      await host.addUser({ email: 'bob@example.com' });
      for (const email of ['bob@example.com', 'new@example.com', undefined, 42, 'no address']) {
        expect((await logIn(host, { email })).status).toBe(200);
      }
      const [link] = await linksOf(host);
      expect(link).toMatchObject({ accountEmail: null, user: { email: EMAIL } });
    });

    test.each([
      ['inactive', { isActive: false }, 'LOGIN_BAD_CREDENTIALS'],
      ['unverified', { isVerified: false }, 'LOGIN_USER_NOT_VERIFIED'],
    ])('of an %s user is refused', async (_, fields, detail) => {
      const host = await boot(withAcme({}, { requireVerification: true }));
      await logIn(host, { email: EMAIL, email_verified: true });
      await host.users.update({ email: EMAIL }, fields);
      expect((await logIn(host)).body).toMatchObject({ detail });
    });

    test('preLoginHook is asked first, and postLoginHook last', async () => {
      const asked: unknown[] = [];
      const host = await boot(
        withAcme(
          {},
          {
            hooks: {
              preLoginHook: (attempt) => void asked.push(attempt),
              postLoginHook: (_user, _request, response) => response?.header('x-greeting', 'hello'),
            },
          },
        ),
      );
      const answer = await logIn(host, { email: EMAIL });
      expect([answer.status, answer.headers.get('x-greeting')]).toEqual([200, 'hello']);
      expect(asked).toEqual([{ identifier: EMAIL, email: EMAIL, provider: 'acme' }]);
    });

    test('preLoginHook refuses before anything is written', async () => {
      const host = await boot(withAcme({}, { hooks: { preLoginHook: () => false } }));
      expect((await logIn(host)).body).toMatchObject({ detail: 'LOGIN_BAD_CREDENTIALS' });
      expect(await host.users.count()).toBe(0);
    });

    test('comes with its relations, and shown by readDto', async () => {
      const host = await boot(withAcme({ returnUser: true }));
      const { body } = await logIn(host, { email: EMAIL });
      expect(body).toMatchObject({
        access_token: expect.any(String),
        user: { email: EMAIL, isSuperuser: false },
      });
    });
  });
});
