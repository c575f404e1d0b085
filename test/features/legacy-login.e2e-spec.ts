import { setTimeout as delay } from 'node:timers/promises';
import type { BaseUser, LegacyLoginAttempt, UsersHooks } from 'nestjs-users';
import { SoftMember } from '../support/soft-entities.js';
import { Member, Role } from '../support/users.js';
import { type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';

const EMAIL = 'ada@example.com';
const OLD_PASSWORD = 'the old one';
const YES = { isVerified: true };

/** An earlier system, and what it was asked. */
function earlierSystem(judge: (attempt: LegacyLoginAttempt) => unknown = accepts, legacyLoginSeconds = 0.4) {
  const asked: (Omit<LegacyLoginAttempt, 'signal'> & { user: string | undefined })[] = [];
  const legacyLogin = async ({ identifier, password, signal }: LegacyLoginAttempt, user?: BaseUser) => {
    asked.push({ identifier, password, user: user?.email });
    return (await judge({ identifier, password, signal })) as never;
  };
  const hooks: Partial<UsersHooks> = { legacyLogin };
  const options: HostOptions = {
    hooks,
    passwords: { legacyLoginSeconds, argon2id: { memoryKibibytes: 64, passes: 1 } },
    fresh: true,
  };
  return { asked, options };
}

const accepts = ({ password }: LegacyLoginAttempt) => password === OLD_PASSWORD && YES;

const login = ({ api }: Host, password = OLD_PASSWORD, email = EMAIL) =>
  api.post('/auth/jwt/login', { email, password });

/** A user of whom there is no hash. */
const addWithoutHash = (host: Host, fields: Partial<BaseUser> = {}) =>
  host.addUser({ password: undefined, ...fields });

async function hashOf({ repository, users }: Host): Promise<string | null | undefined> {
  const [user] = await users.find();
  return repository.findPasswordHash(user.id);
}

onEachHost({ takesLong: true }, (boot) => {
  test('the first login of an unknown user makes the account, and the earlier system is not asked again', async () => {
    const { asked, options } = earlierSystem();
    const host = await boot(options);
    await login(host, OLD_PASSWORD, ' ADA@example.com ').expect(200, /access_token/);
    const [user, ...others] = await host.users.find();
    expect(others).toEqual([]);
    expect(user).toMatchObject({ email: EMAIL, isVerified: true, isActive: true, isSuperuser: false });
    expect(await hashOf(host)).toMatch(/^\$argon2id\$/);
    await login(host).expect(200);
    await login(host, 'wrong password').expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(asked).toEqual([{ identifier: EMAIL, password: OLD_PASSWORD, user: undefined }]);
  });

  test('authenticate() has it, too, with and without a request', async () => {
    const { options } = earlierSystem();
    const host = await boot(options);
    const user = await host.service.authenticate({ email: EMAIL, password: OLD_PASSWORD } as never);
    expect(user.email).toBe(EMAIL);
    expect(user).not.toHaveProperty('passwordHash');
  });

  test('the hook runs after the registration as after every other, and mails a user who must verify', async () => {
    const { options } = earlierSystem(() => ({ isVerified: false }));
    const registered: string[] = [];
    const host = await boot({
      ...options,
      requireVerification: true,
      hooks: { ...options.hooks, postRegistrationHook: ({ email }) => registered.push(email) },
    });
    await login(host).expect(400, /LOGIN_USER_NOT_VERIFIED/);
    await host.settled();
    expect(registered).toEqual([EMAIL]);
    expect(host.outbox.last(EMAIL).kind).toBe('verification');
  });

  test('a no makes nobody, and answers as any wrong password does', async () => {
    const { asked, options } = earlierSystem();
    const host = await boot(options);
    await host.addUser({ email: 'bob@example.com' });
    const known = await login(host, 'wrong password', 'bob@example.com').expect(400);
    const unknown = await login(host, 'wrong password').expect(400);
    expect(unknown.body).toEqual(known.body);
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(known.headers));
    expect(asked).toHaveLength(1);
    expect(await host.users.count()).toBe(1);
  });

  test.each([
    ['a user with a hash', {}],
    ['an inactive user with a hash', { isActive: false }],
    ['an inactive user without one', { isActive: false, password: undefined }],
  ])('the earlier system is never asked for %s', async (_, fields) => {
    const { asked, options } = earlierSystem();
    const host = await boot(options);
    await host.addUser(fields);
    const before = await hashOf(host);
    await login(host).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(asked).toEqual([]);
    expect(await hashOf(host)).toBe(before);
  });

  test('nor where preLoginHook refuses, for a malformed identifier, or for a password that cannot be', async () => {
    const { asked, options } = earlierSystem(() => YES);
    const host = await boot({
      ...options,
      hooks: { ...options.hooks, preLoginHook: ({ identifier }) => identifier !== EMAIL },
    });
    await login(host).expect(400);
    await login(host, OLD_PASSWORD, 'no address').expect(400);
    await login(host, 'x'.repeat(129), 'bob@example.com').expect(400);
    expect(asked).toEqual([]);
    expect(await host.users.count()).toBe(0);
  });

  test('a user without a hash, of whom the earlier system verified the address, gets one', async () => {
    const { asked, options } = earlierSystem();
    const host = await boot(options);
    const user = await addWithoutHash(host);
    await login(host, 'wrong password').expect(400);
    await login(host).expect(200);
    await login(host).expect(200);
    expect(asked.map(({ user: known }) => known)).toEqual([EMAIL, EMAIL]);
    expect(await host.users.find()).toMatchObject([{ id: user.id, tokenVersion: user.tokenVersion }]);
  });

  test('a user whose hash is not usable gets one', async () => {
    const { options } = earlierSystem();
    const host = await boot(options);
    const user = await addWithoutHash(host);
    await host.users.update({ id: user.id }, { passwordHash: `$2y$31$${'.'.repeat(53)}` });
    await login(host).expect(200);
    expect(await hashOf(host)).toMatch(/^\$argon2id\$/);
  });

  test('an account here is not taken over by somebody whose address the earlier system did not verify', async () => {
    const { options } = earlierSystem(() => ({ isVerified: false }));
    const host = await boot(options);
    const user = await addWithoutHash(host);
    await login(host).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(await hashOf(host)).toBeNull();
    await host.users.update({ id: user.id }, { isVerified: false });
    await login(host).expect(400);
    expect(await hashOf(host)).toBeNull();
  });

  test.each([
    ['unverified', { isVerified: false }],
    ['verified', { isVerified: true }],
  ])('the account of another address is not taken over: %s', async (_, fields) => {
    const { options } = earlierSystem(() => ({ ...YES, email: 'eve@example.com' }));
    const host = await boot(options);
    await addWithoutHash(host, fields);
    await login(host).expect(400, /LOGIN_BAD_CREDENTIALS/);
    await login(host, OLD_PASSWORD, 'nobody@example.com').expect(400);
    expect(await hashOf(host)).toBeNull();
    expect(await host.users.find()).toMatchObject([{ email: EMAIL, ...fields }]);
  });

  test('the address of the hook may be written in another way', async () => {
    const { options } = earlierSystem(() => ({ ...YES, email: ' ADA@Example.com' }));
    const host = await boot(options);
    await login(host).expect(200);
    expect(await host.users.find()).toMatchObject([{ email: EMAIL }]);
  });

  test('the address of the login stands for one that the hook leaves undefined', async () => {
    const { options } = earlierSystem(() => ({ ...YES, email: undefined }));
    const host = await boot(options);
    await login(host).expect(200);
    expect(await host.users.find()).toMatchObject([{ email: EMAIL }]);
  });

  test('what was set up before ends if the address was not verified here', async () => {
    const { options } = earlierSystem();
    const host = await boot(options);
    const squatter = await host.login({ isVerified: false });
    await host.users.update({ id: squatter.user.id }, { passwordHash: null });
    await squatter.api.get('/users/me').expect(200);
    await login(host).expect(200);
    await squatter.api.get('/users/me').expect(401);
    expect(await host.users.find()).toMatchObject([{ id: squatter.user.id, isVerified: true }]);
  });

  test('ten first logins at once make one account', async () => {
    const { options } = earlierSystem(async (attempt) => {
      await delay(50);
      return accepts(attempt);
    }, 5);
    const host = await boot(options);
    const answers = await Promise.all(Array.from({ length: 10 }, () => login(host)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await host.users.count()).toBe(1);
    await login(host).expect(200);
  });

  test.each([
    ['verified', true],
    ['unverified', false],
  ])('ten first logins of a %s user without a hash succeed', async (_, isVerified) => {
    const { options } = earlierSystem(async (attempt) => {
      await delay(50);
      return accepts(attempt);
    }, 5);
    const host = await boot(options);
    await addWithoutHash(host, { isVerified });
    const answers = await Promise.all(Array.from({ length: 10 }, () => login(host)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await login(host).expect(200);
  });

  test.each([
    [
      'a new password',
      (host: Host, user: BaseUser) => host.service.updateUser(user.id, { password: PASSWORD }),
    ],
    ['a deactivation', (host: Host, user: BaseUser) => host.service.updateUser(user.id, { isActive: false })],
    [
      'a reset',
      async (host: Host, user: BaseUser) =>
        host.service.resetPassword(await host.service.generateToken(user, 'reset-password'), PASSWORD),
    ],
    [
      'a registration',
      (host: Host) => host.service.addUser({ email: 'bob@example.com', password: PASSWORD }),
    ],
  ])('%s while the earlier system thinks stays, and the old password lets nobody in', async (_, change) => {
    let act = async () => undefined as unknown;
    const { options } = earlierSystem(async (attempt) => {
      await act();
      return accepts(attempt);
    });
    const host = await boot(options);
    const user = await addWithoutHash(host);
    act = () => change(host, user);
    const email = change.length === 1 ? 'bob@example.com' : EMAIL;
    await login(host, OLD_PASSWORD, email).expect(400, /LOGIN_BAD_CREDENTIALS/);
    act = async () => undefined;
    await login(host, OLD_PASSWORD, email).expect(400);
    await host.service.updateUser((await host.repository.findByEmail(email))!.id, { isActive: true });
    if (change.toString().includes('PASSWORD')) await login(host, PASSWORD, email).expect(200);
  });

  test.each<[string, (attempt: LegacyLoginAttempt) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('503 of the old shop');
      },
    ],
    [
      'throws an HttpException',
      () => {
        throw Object.assign(new Error('x'), { status: 200 });
      },
    ],
    ['returns true', () => true],
    ['returns a text', () => 'yes'],
    ['returns an answer without isVerified', () => ({ AuthenticationResult: {} })],
    ['returns isVerified as a text', () => ({ isVerified: 'true' })],
    ['returns a field that only the library writes', () => ({ ...YES, tokenVersion: 7 })],
    ['makes a superuser', () => ({ ...YES, isSuperuser: true })],
    ['returns a password', () => ({ ...YES, password: 'another one' })],
    ['answers too late', () => delay(600, YES)],
    ['never answers', () => new Promise(() => undefined)],
  ])('a hook that %s lets nobody in, stores nobody, and is logged', async (_, judge) => {
    const { options } = earlierSystem(judge);
    const host = await boot(options);
    host.scan.plant(OLD_PASSWORD);
    await login(host).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(host.scan.logLines.filter((line) => line.includes('legacyLogin'))).toHaveLength(1);
    await delay(300);
    expect(await host.users.count()).toBe(0);
    host.scan.assertNothingLeaked();
  });

  test('a hook that waits no longer is told so', async () => {
    let isAborted = false;
    const { options } = earlierSystem(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            isAborted = true;
            reject(new Error('aborted'));
          });
        }),
    );
    const host = await boot(options);
    await login(host).expect(400);
    expect(isAborted).toBe(true);
  });

  test('every failed login takes the same time, whomever the earlier system was asked for', async () => {
    const { options } = earlierSystem(() => delay(Math.random() * 900, false), 1);
    const slow = {
      name: 'slow',
      owns: (hash: string) => hash.startsWith('slow$'),
      verify: () => delay(600, false),
    };
    const schemes = ['argon2id' as const, slow];
    const host = await boot({ ...options, passwords: { ...options.passwords, schemes } });
    await host.addUser();
    const moved = await host.addUser({ email: 'moved@example.com' });
    await host.users.update({ id: moved.id }, { passwordHash: 'slow$1' });
    await host.addUser({ email: 'inactive@example.com', isActive: false });
    await addWithoutHash(host, { email: 'hashless@example.com' });
    const everybody = ['ada', 'inactive', 'hashless', 'moved', 'nobody', 'áda'].map(async (name) => {
      const begun = performance.now();
      await login(host, 'wrong password', `${name}@example.com`).expect(400);
      const milliseconds = performance.now() - begun;
      expect([name, milliseconds >= 990 && milliseconds < 1500]).toEqual([name, true]);
    });
    await Promise.all(everybody);
    const begun = performance.now();
    await login(host, PASSWORD).expect(200);
    expect(performance.now() - begun).toBeLessThan(700);
  });

  test('guesses are counted as others are, and a throw is a guess', async () => {
    const { asked, options } = earlierSystem((attempt) => {
      if (attempt.password !== OLD_PASSWORD) throw new Error(`${attempt.password} is no password`);
      return YES;
    });
    const host = await boot({ ...options, limits: { login: { attempts: 3, windowSeconds: 60 } } });
    const guesses = await Promise.all(Array.from({ length: 10 }, () => login(host, 'wrong password')));
    expect(guesses.filter(({ status }) => status === 400)).toHaveLength(3);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(7);
    expect(asked).toHaveLength(3);
    // The hook gets the password, and an error may quote it.
    const told = host.scan.logLines.filter((line) => line.includes('legacyLogin failed: Error'));
    expect(told).toHaveLength(3);
    expect(host.scan.logLines.join()).not.toContain('is no password');
    await login(host).expect(429);
  });

  test('an account that was deleted softly is not made again', async () => {
    const { asked, options } = earlierSystem();
    const host = await boot({ ...options, user: SoftMember, role: Role, plain: true });
    const { id } = await host.addUser();
    await host.service.deleteUser(id);
    await login(host).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(asked).toEqual([]);
  });

  test('roles and guards are as for any other user', async () => {
    const { options } = earlierSystem();
    const host = await boot({ ...options, user: Member, role: Role });
    const token = await host.api.login(EMAIL, OLD_PASSWORD);
    await host.api.as(token).get('/users').expect(403);
  });
});
