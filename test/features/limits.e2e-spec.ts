import { jest } from '@jest/globals';
import { Passwords } from '../../lib/accounts/passwords/passwords.js';
import { type Host, type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { connectRedis, isRedisUnderTest, type TestRedis } from '../support/redis.js';
import { travel } from '../support/time.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };
const WRONG = { ...ADA, password: 'wrong password' };
const STORES = ['memory', ...(isRedisUnderTest ? (['redis', 'ioredis'] as const) : [])] as const;
const NEW = 'a quite new password';
const notices: string[] = [];
const NOTICES = { sendEmailChangeNotice: (_: unknown, previous: string) => void notices.push(previous) };
const TWO = { attempts: 2, windowSeconds: 900 };

/** Counts what is hashed from now on. */
function countHashes({ app }: Host): () => number {
  const judge = jest.spyOn(app.get(Passwords), 'judge');
  return () => judge.mock.calls.length;
}

/** One client behind a proxy that the host trusts. */
const from = (api: Host['api'], address: string) => api.with({ 'x-forwarded-for': address });

onEachAdapter('sqlite', { takesLong: true }, (boot, adapter) => {
  let redis: TestRedis | undefined;
  afterEach(async () => {
    await redis?.close();
    redis = undefined;
  });

  describe.each(STORES)('counted in %s', (store) => {
    const limited = async (limits: object = {}, options: HostOptions = {}): Promise<Host> => {
      if (store !== 'memory') redis = await connectRedis(store);
      const counted = redis ? { redis: redis.client, prefix: redis.prefix } : {};
      return boot({ trustedProxies: 1, ...options, limits: { ...counted, ...limits } as never });
    };

    test('200 guesses at once run 10 hashes; then it is 429 with Retry-After, also for the right password', async () => {
      const host = await limited();
      await host.addUser();
      const hashes = countHashes(host);
      const guesses = Array.from({ length: 200 }, () => host.api.post('/auth/jwt/login', WRONG));
      const statuses = (await Promise.all(guesses)).map(({ status }) => status);

      expect(statuses.filter((status) => status === 400)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(190);
      expect(hashes()).toBe(10);
      const refused = await host.api.post('/auth/jwt/login', ADA).expect(429);
      expect(refused.body).toMatchObject({ error: 'Too Many Requests', detail: 'TOO_MANY_ATTEMPTS' });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(890);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(900);
      expect(hashes()).toBe(10);
    });

    test('a right password takes its count back, and those of the guesses before it', async () => {
      const { api, addUser } = await limited({ login: TWO });
      await addUser();
      for (let round = 0; round < 4; round++) {
        await api.post('/auth/jwt/login', WRONG).expect(400);
        await api.post('/auth/jwt/login', ADA).expect(200);
      }
    });

    test('variants of address and path share a count; known and unknown accounts are counted alike', async () => {
      const { api, addUser } = await limited({ login: TWO });
      await addUser();
      for (const email of ['ada@example.com', 'nobody@example.com', 'no address']) {
        const answers = [];
        // Fastify knows a path by one spelling alone.
        const path = adapter === 'express' ? '/AUTH/jwt/Login/' : '/auth/jwt/login?x=y';
        for (const variant of [email, ` ${email}`, email.toUpperCase(), `${email}\t`]) {
          answers.push(await api.post(path, { ...WRONG, email: variant }));
        }
        expect(answers.map(({ status }) => status)).toEqual([400, 400, 429, 429]);
      }
    });

    test('many clients at one account are stopped; one that logged in before is not, nor is another account', async () => {
      const limits = { accountLogins: { attempts: 5, windowSeconds: 3600 } };
      const { api, addUser } = await limited(limits);
      await addUser();
      await addUser({ email: 'eve@example.com' });
      await from(api, '192.0.2.1').post('/auth/jwt/login', ADA).expect(200);
      const attack = [];
      for (let client = 1; client <= 20; client++) {
        attack.push((await from(api, `198.51.100.${client}`).post('/auth/jwt/login', WRONG)).status);
      }
      expect(attack.filter((status) => status === 400)).toHaveLength(5);
      await from(api, '203.0.113.9').post('/auth/jwt/login', ADA).expect(429);
      await from(api, '192.0.2.1').post('/auth/jwt/login', ADA).expect(200);
      await from(api, '203.0.113.9')
        .post('/auth/jwt/login', { ...ADA, email: 'eve@example.com' })
        .expect(200);
    });

    test('one client at many accounts is stopped', async () => {
      const { api, addUser } = await limited({ clientLogins: { attempts: 5, windowSeconds: 900 } });
      await addUser();
      for (let account = 0; account < 5; account++) {
        const email = `user${account}@example.com`;
        await from(api, '198.51.100.1')
          .post('/auth/jwt/login', { ...WRONG, email })
          .expect(400);
      }
      await from(api, '198.51.100.1').post('/auth/jwt/login', ADA).expect(429);
      await from(api, '198.51.100.2').post('/auth/jwt/login', ADA).expect(200);
    });

    test('an IPv6 client is its network of 64 bits', async () => {
      const { api, addUser } = await limited({ login: TWO });
      await addUser();
      const statuses = [];
      for (const address of ['2001:db8::1', '2001:db8::ffff:2', '2001:DB8:0:0:9::3', '2001:db8:0:1::1']) {
        statuses.push((await from(api, address).post('/auth/jwt/login', WRONG)).status);
      }
      expect(statuses).toEqual([400, 400, 429, 400]);
    });

    test('wrong guesses at the current password are failed logins', async () => {
      const host = await limited({ login: TWO });
      const { api } = await host.login();
      const change = { password: 'a new password indeed', currentPassword: 'wrong password' };
      await api.patch('/users/me', change).expect(403, /REAUTHENTICATION_REQUIRED/);
      await host.api.post('/auth/jwt/login', WRONG).expect(400);
      const refused = await api.patch('/users/me', { ...change, currentPassword: PASSWORD }).expect(429);
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
      await api.get('/users/me').expect(200);
    });

    test('registrations, requests for mails and resets are limited by client', async () => {
      const hour = { attempts: 2, windowSeconds: 3600 };
      const { api, addUser } = await limited({
        registrations: hour,
        mailRequests: hour,
        passwordResets: hour,
      });
      await addUser();
      const statusesOf = async (send: (index: number) => PromiseLike<{ status: number }>) => {
        const statuses = [];
        for (let index = 0; index < 3; index++) statuses.push((await send(index)).status);
        return statuses;
      };
      const email = (index: number) => `new${index}@example.com`;
      const register = (index: number) => api.post('/auth/register', { ...ADA, email: email(index) });
      const reset = () => api.post('/auth/reset-password', { token: 'x', password: 'a new password' });
      expect(await statusesOf(register)).toEqual([201, 201, 429]);
      expect(await statusesOf((index) => api.post('/auth/forgot-password', { email: email(index) }))).toEqual(
        [202, 202, 429],
      );
      await api.post('/auth/request-verify-token', { email: 'b@example.com' }).expect(429);
      expect(await statusesOf(reset)).toEqual([400, 400, 429]);
      await from(api, '192.0.2.7').post('/auth/forgot-password', { email: ADA.email }).expect(202);
    });

    test('mails to one address are limited, whoever asks, and whether or not it is a user’s', async () => {
      const { api, addUser, outbox, settled } = await limited({
        mails: { attempts: 3, windowSeconds: 3600 },
      });
      await addUser({ isVerified: false });
      for (const email of ['ada@example.com', 'nobody@example.com']) {
        const statuses = [];
        for (let client = 1; client <= 5; client++) {
          const path = client % 2 ? '/auth/forgot-password' : '/auth/request-verify-token';
          statuses.push((await from(api, `192.0.2.${client}`).post(path, { email })).status);
        }
        expect(statuses).toEqual([202, 202, 202, 429, 429]);
      }
      await settled();
      expect(outbox.mails).toHaveLength(3);
    });

    test('a mail that comes along with something else is left out past the limit', async () => {
      const host = await limited(
        { mails: { attempts: 1, windowSeconds: 3600 } },
        { currentUser: { emailChange: 'confirmed' } },
      );
      const { api, outbox, settled, scan } = host;
      const ada = await host.login();
      await api.post('/auth/request-verify-token', { email: 'new@example.com' }).expect(202);
      await ada.api.patch('/users/me', { email: 'new@example.com' }).expect(200);
      await settled();
      expect(outbox.mails.filter(({ to }) => to === 'new@example.com')).toEqual([]);
      expect(scan.logLines.join()).toContain('The limit of mails to this address is reached.');
    });

    test('requests for mails use up neither the notice to a former address nor the mail of a registration', async () => {
      const host = await limited(
        { notices: { attempts: 2, windowSeconds: 3600 } },
        { requireVerification: true, hooks: NOTICES, currentUser: { emailChange: 'confirmed' } },
      );
      const { api, outbox, settled, service } = host;
      const { user, api: ada } = await host.login();
      for (let client = 1; client <= 5; client++) {
        const path = client % 2 ? '/auth/forgot-password' : '/auth/request-verify-token';
        await from(api, `192.0.2.${client}`).post(path, { email: ADA.email }).expect(202);
        await from(api, `192.0.2.${client}`).post(path, { email: 'new@example.com' }).expect(202);
      }
      await from(api, '192.0.2.9').post('/auth/forgot-password', { email: ADA.email }).expect(429);
      await settled();
      notices.length = 0;
      outbox.mails.length = 0;

      await ada.patch('/users/me', { email: 'ada@example.org' }).expect(200);
      await settled();
      await api.post('/auth/verify', { token: outbox.last().token }).expect(200);
      await api.post('/auth/register', { ...ADA, email: 'new@example.com' }).expect(201);
      await settled();
      expect(notices).toEqual([ADA.email]);
      expect(outbox.last().to).toBe('new@example.com');

      // Only a change of this very address spends them, and even they have a limit.
      for (const email of [ADA.email, 'ada@example.org', ADA.email, 'ada@example.org']) {
        await service.updateUser(user.id, { email }, { headers: {}, method: 'PATCH', url: '/' });
      }
      await settled();
      expect(notices).toEqual([ADA.email, 'ada@example.org', ADA.email, 'ada@example.org']);
    });

    test('a login that is refused makes no client known, however right the password is', async () => {
      const limits = { accountLogins: { attempts: 3, windowSeconds: 3600 } };
      let refuses = true;
      const hooks = { postLoginHook: () => (refuses ? Promise.reject(new Error('refused')) : undefined) };
      const host = await limited(limits, { requireVerification: true, hooks });
      const { api } = host;
      const { id } = await host.addUser({ isVerified: false });
      await host.addUser({ email: 'eve@example.com' });
      const known = from(api, '192.0.2.1');
      const flood = async (email: string) => {
        for (let client = 1; client <= 4; client++) {
          await from(api, `198.51.100.${client}`).post('/auth/jwt/login', { ...WRONG, email });
        }
      };

      await known.post('/auth/jwt/login', ADA).expect(400, /LOGIN_USER_NOT_VERIFIED/);
      await host.repository.update({ id }, { isVerified: true });
      await flood(ADA.email);
      await known.post('/auth/jwt/login', ADA).expect(429);

      const eve = { ...ADA, email: 'eve@example.com' };
      await known.post('/auth/jwt/login', eve).expect(400, /LOGIN_BAD_CREDENTIALS/);
      await flood(eve.email);
      await known.post('/auth/jwt/login', eve).expect(429);
      refuses = false;
      await known.post('/auth/jwt/login', eve).expect(429);
    });

    test('a right password of an unverified user takes its count back', async () => {
      const host = await limited({ login: TWO }, { requireVerification: true });
      await host.addUser({ isVerified: false });
      for (let attempt = 0; attempt < 4; attempt++) {
        await host.api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_USER_NOT_VERIFIED/);
      }
    });

    const ENDS: [what: string, end: (host: Host, ada: Host['api'], id: string) => PromiseLike<unknown>][] = [
      ['a new password of one’s own', (_, ada) => ada.patch('/users/me', { password: NEW }).expect(200)],
      ['an administrator’s', ({ service }, _, id) => service.updateUser(id, { password: NEW })],
      [
        'a reset',
        async ({ api, service }, _, id) => {
          const token = await service.generateToken(await service.getUser(id), 'reset-password');
          await api.post('/auth/reset-password', { token, password: NEW }).expect(200);
        },
      ],
      [
        'another address',
        async ({ service }, _, id) => {
          await service.updateUser(id, { email: 'ada@example.org' });
          await service.addUser(ADA, { verify: true });
        },
      ],
      [
        'deletion',
        async ({ service, addAgain }, _, id) => {
          await service.deleteUser(id);
          await addAgain({ id, email: ADA.email });
        },
      ],
    ];

    test.each(ENDS)('known clients are strangers again after %s', async (_, end) => {
      const host = await limited({ accountLogins: { attempts: 3, windowSeconds: 3600 } });
      const { api } = host;
      const { id } = await host.addUser();
      const known = from(api, '192.0.2.1');
      const token = await known.login(ADA.email, PASSWORD);
      const flood = [];
      for (let client = 1; client <= 4; client++) {
        flood.push((await from(api, `198.51.100.${client}`).post('/auth/jwt/login', WRONG)).status);
      }
      expect(flood).toEqual([400, 400, 400, 429]);
      await known.post('/auth/jwt/login', ADA).expect(200);

      await end(host, known.as(token), String(id));
      await known.post('/auth/jwt/login', WRONG).expect(429);
    });

    test('an account knows the 16 clients that logged in last', async () => {
      const host = await limited({ accountLogins: { attempts: 1, windowSeconds: 3600 } });
      await host.addUser();
      for (let client = 1; client <= 17; client++) {
        await from(host.api, `192.0.2.${client}`).post('/auth/jwt/login', ADA).expect(200);
      }
      await from(host.api, '198.51.100.1').post('/auth/jwt/login', WRONG).expect(400);
      const statuses = [];
      for (const client of [1, 2, 17]) {
        statuses.push((await from(host.api, `192.0.2.${client}`).post('/auth/jwt/login', ADA)).status);
      }
      expect(statuses).toEqual([429, 200, 200]);
    });

    test('false turns a limit off, or all of them', async () => {
      const { api, addUser } = await limited({ login: false, accountLogins: false, clientLogins: false });
      await addUser();
      for (let guess = 0; guess < 12; guess++) await api.post('/auth/jwt/login', WRONG).expect(400);
    });

    test('what could not be judged is not counted', async () => {
      const host = await limited(
        { login: TWO },
        { passwords: { concurrency: 1, queue: 1, argon2id: { memoryKibibytes: 65_536, passes: 3 } } },
      );
      await host.addUser();
      const clients = Array.from({ length: 12 }, (_, index) => from(host.api, `192.0.2.${index + 1}`));
      const statuses = await Promise.all(
        clients.map(async (api) => (await api.post('/auth/jwt/login', WRONG)).status),
      );
      const shed = clients.filter((_, index) => statuses[index] === 503);
      expect(shed.length).toBeGreaterThan(0);
      for (const api of shed.slice(0, 2)) {
        await api.post('/auth/jwt/login', WRONG).expect(400);
        await api.post('/auth/jwt/login', WRONG).expect(400);
        await api.post('/auth/jwt/login', WRONG).expect(429);
      }
    });
  });

  test('what one count refuses takes nothing of the others', async () => {
    const { api, addUser } = await boot({
      limits: { login: TWO, clientLogins: { attempts: 4, windowSeconds: 900 } },
    });
    await addUser();
    for (const status of [400, 400, 429, 429, 429]) await api.post('/auth/jwt/login', WRONG).expect(status);
    for (const status of [400, 400, 429]) {
      await api.post('/auth/jwt/login', { ...WRONG, email: 'eve@example.com' }).expect(status);
    }
  });

  test('a forwarded address that is not trusted is told in the log, once', async () => {
    const { api, scan } = await boot({ limits: {} });
    for (let guess = 0; guess < 3; guess++) await from(api, '192.0.2.1').post('/auth/jwt/login', WRONG);
    const warnings = scan.logLines.filter((line) => line.includes('trustedProxies is 0'));
    expect(warnings).toHaveLength(1);
  });

  test('a limit ends by itself', async () => {
    const { api, addUser } = await boot({ limits: { login: TWO } });
    await addUser();
    for (const status of [400, 400, 429]) await api.post('/auth/jwt/login', WRONG).expect(status);
    travel(880);
    await api.post('/auth/jwt/login', ADA).expect(429);
    travel(21);
    await api.post('/auth/jwt/login', ADA).expect(200);
  });

  test('without trusted proxies the address is the connection’s, whatever a header says', async () => {
    const { api, addUser } = await boot({ limits: { login: TWO } });
    await addUser();
    const statuses = [];
    for (let client = 1; client <= 4; client++) {
      const forged = {
        'x-forwarded-for': `192.0.2.${client}`,
        forwarded: `for=192.0.2.${client}`,
        'x-real-ip': `192.0.2.${client}`,
      };
      statuses.push((await api.with(forged).post('/auth/jwt/login', WRONG)).status);
    }
    expect(statuses).toEqual([400, 400, 429, 429]);
  });

  test('behind two proxies the address is what the outer one added, whatever stands before it', async () => {
    const { api, addUser } = await boot({ trustedProxies: 2, limits: { login: TWO } });
    await addUser();
    const attempt = async (header: string) => (await from(api, header).post('/auth/jwt/login', WRONG)).status;
    const statuses = [];
    for (let forged = 1; forged <= 3; forged++)
      statuses.push(await attempt(`192.0.2.${forged}, 203.0.113.5, 10.0.0.1`));
    expect(statuses).toEqual([400, 400, 429]);
    expect(await attempt('203.0.113.5, 203.0.113.6, 10.0.0.1')).toBe(400);
    // Whoever comes past a proxy is the connection, not what they say.
    expect([await attempt('192.0.2.1'), await attempt('192.0.2.2'), await attempt('nonsense, x')]).toEqual([
      400, 400, 429,
    ]);
  });

  test('jobs and command lines are not limited', async () => {
    const { service, addUser } = await boot({ limits: { login: TWO } });
    await addUser();
    for (let guess = 0; guess < 5; guess++) {
      await expect(service.authenticate(WRONG)).rejects.toMatchObject({ code: 'LOGIN_BAD_CREDENTIALS' });
    }
    await service.authenticate(ADA);
  });
});
