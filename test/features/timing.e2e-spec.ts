import { setTimeout as delay } from 'node:timers/promises';
import { type Host, type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const ROUNDS = 7;
const MAIL_MS = 150;

type Requests = Record<string, (round: number) => PromiseLike<unknown>>;

/** Milliseconds that pass, and milliseconds of work in this process, whatever else the machine does. */
const CLOCKS = {
  wall: () => performance.now(),
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** The requests take turns, so what else the machine does falls on all of them, and a median forgets it. */
async function medianTimes(requests: Requests, clock: keyof typeof CLOCKS): Promise<Map<string, number>> {
  const now = CLOCKS[clock];
  const times = new Map<string, number[]>(Object.keys(requests).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, request] of Object.entries(requests)) {
      const begun = now();
      await request(round);
      times.get(name)?.push(now() - begun);
    }
  }
  const median = (values: number[]) => values.sort((one, other) => one - other)[ROUNDS >> 1];
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

/** A hash takes tens of milliseconds, so none and two are far from one. */
const EXPENSIVE: HostOptions = { passwords: { argon2id: { memoryKibibytes: 32_768, passes: 4 } } };
const CONCEALED: HostOptions = { requireVerification: true, registration: { concealExisting: true } };

/** One hash each. */
async function expectOneHash(requests: Requests, login: () => PromiseLike<unknown>): Promise<void> {
  const times = await medianTimes({ ...requests, 'one hash': login }, 'processor');
  const one = times.get('one hash') as number;
  for (const [name, time] of times) {
    expect({ name, hashes: time / one < 0.5 ? 0 : time / one > 1.6 ? 2 : 1 }).toEqual({ name, hashes: 1 });
  }
}

const KINDS = {
  verified: {},
  unverified: { isVerified: false },
  inactive: { isActive: false },
  passwordless: { password: undefined },
} as const;
type Kind = keyof typeof KINDS;

async function addAll({ addUser, users }: Host): Promise<void> {
  for (const kind of Object.keys(KINDS) as Kind[]) {
    await addUser({ email: `${kind}@example.com`, ...KINDS[kind] });
  }
  const garbled = await addUser({ email: 'garbled@example.com' });
  await users.update({ id: garbled.id }, { passwordHash: 'not a hash' });
}

const forEach = (names: readonly string[], request: (name: string, round: number) => PromiseLike<unknown>) =>
  Object.fromEntries(names.map((name) => [name, (round: number) => request(name, round)]));

onEachAdapter(
  'sqlite',
  { takesLong: true, plainOnly: 'it measures for half a minute what no profile changes' },
  (boot) => {
    test.each([
      ['', {}, PASSWORD],
      [
        ', with the right password of somebody who is not verified, where that is concealed',
        CONCEALED,
        PASSWORD,
      ],
    ])('the hasher runs once for every login%s', async (_, options) => {
      const host = await boot({ ...EXPENSIVE, ...options });
      await addAll(host);
      const { api } = host;
      const names = ['verified', 'inactive', 'passwordless', 'garbled', 'nobody', 'ádá'];
      const wrong = forEach(names, (name) =>
        api.post('/auth/jwt/login', { email: `${name}@example.com`, password: 'wrong password' }).expect(400),
      );
      const login = (email: string) => api.post('/auth/jwt/login', { email, password: PASSWORD });
      const right = options === CONCEALED && {
        unverified: () => login('unverified@example.com').expect(400),
      };
      await expectOneHash({ ...wrong, ...right }, () => login('verified@example.com').expect(200));
    });

    test.each([
      ['a registration', {}, [201, 400]],
      ['a concealed registration', CONCEALED, [202, 202]],
    ])('%s hashes once, whether the address is known or new', async (_, options, [fresh, taken]) => {
      const host = await boot({ ...EXPENSIVE, ...options });
      await addAll(host);
      const register = (email: string, status: number) =>
        host.api.post('/auth/register', { email, password: PASSWORD }).expect(status);
      const known = forEach(Object.keys(KINDS), (name) => register(`${name}@example.com`, taken));
      const unknown = (round: number) => register(`new${round}@example.com`, fresh);
      const login = { email: 'verified@example.com', password: PASSWORD };
      await expectOneHash({ ...known, new: unknown }, () =>
        host.api.post('/auth/jwt/login', login).expect(200),
      );
    });

    test.each([
      ['/auth/forgot-password', {}],
      ['/auth/request-verify-token', {}],
      ['/auth/register', CONCEALED],
      ['/users/me', CONCEALED],
    ] as const)('no mail delays the answer of %s, and so tells who is known', async (path, options) => {
      const send = () => delay(MAIL_MS);
      const host = await boot({
        verification: {},
        ...options,
        hooks: { sendPasswordResetToken: send, sendVerificationToken: send, sendRegistrationAttempt: send },
      });
      await addAll(host);
      const { api } = await host.login({ email: 'eve@example.com' });
      const ask = (email: string) =>
        path === '/users/me'
          ? api.patch(path, { email, currentPassword: PASSWORD }).expect(200)
          : host.api.post(path, { email, password: PASSWORD }).expect(202);
      const requests = {
        ...forEach(Object.keys(KINDS), (name) => ask(`${name}@example.com`)),
        new: (round: number) => ask(`new${round}@example.com`),
      };
      const times = await medianTimes(requests, 'wall');
      const [least, most] = [Math.min(...times.values()), Math.max(...times.values())];
      expect(most - least).toBeLessThan(MAIL_MS / 2);
    });
  },
);
