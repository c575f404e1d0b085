import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { UserEvents } from 'nestjs-users';
import { Background } from '../../lib/common/background.js';
import { onEachAdapter, PASSWORD } from '../support/host.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const ADA = { email: 'ada@example.com', password: PASSWORD };
const BLOCKED_MS = 400;

/** As a template engine that compiles does: nothing else runs meanwhile. */
function block(): void {
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
}

async function timed(request: () => PromiseLike<unknown>): Promise<number> {
  const begun = performance.now();
  await request();
  return performance.now() - begun;
}

const THROWN = [
  ['throws', () => raise(new Error('planted'))],
  ['throws what has no text', () => raise(Object.create(null))],
  ['throws what fails when it is read', () => raise(hostile())],
  ['throws nothing', () => raise(undefined)],
  ['rejects late', () => delay(20).then(() => raise(new Error('planted')))],
  // oxlint-disable-next-line unicorn/no-thenable -- what hooks return may be anything
  ['returns what throws when it is awaited', () => ({ then: () => raise(new Error('planted')) })],
] as const;

function raise(thrown: unknown): never {
  throw thrown;
}

function hostile(): Error {
  return Object.defineProperty(new Error('planted'), 'stack', { get: () => raise(new Error('no stack')) });
}

test('what goes on in the background begins in another turn of the event loop', async () => {
  const background = new Background();
  const begun: string[] = [];
  background.run('work', () => begun.push('work'));
  background.runUnseen('unseen work', () => begun.push('unseen work'));
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  expect(begun).toEqual([]);
  await delay(20);
  expect(begun).toEqual(['work']);
  await background.idle();
  expect(begun).toEqual(['work', 'unseen work']);
});

test('a shutdown names the work that it no longer waits for', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  const told = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  try {
    const background = new Background();
    background.run('sendPasswordResetToken', () => new Promise(() => undefined));
    background.run('work', () => undefined);
    const stopped = background.beforeApplicationShutdown().then(() => background.onApplicationShutdown());
    await jest.advanceTimersByTimeAsync(8000);
    await stopped;
    expect(told.mock.calls).toEqual([
      [expect.stringMatching(/^Lost at the shutdown.*: sendPasswordResetToken$/)],
    ]);
  } finally {
    told.mockRestore();
    jest.useRealTimers();
  }
});

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  let unhandled: unknown[];
  const note = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => {
    unhandled = [];
    process.on('unhandledRejection', note);
  });
  afterEach(() => process.off('unhandledRejection', note));

  test.each([
    ['POST', '/auth/forgot-password', {}],
    ['POST', '/auth/request-verify-token', { isVerified: false }],
    ['POST', '/auth/register', {}],
  ])(
    'a mail hook that computes delays neither the answer to %s %s nor the next one',
    async (_, path, user) => {
      const begun: number[] = [];
      const send = () => {
        begun.push(performance.now());
        block();
      };
      const { api, addUser } = await boot({
        requireVerification: true,
        registration: { concealExisting: true },
        hooks: {
          sendPasswordResetToken: send,
          sendVerificationToken: send,
          sendRegistrationAttempt: send,
        },
      });
      await addUser(user);
      expect(await timed(() => api.post(path, ADA).expect(202))).toBeLessThan(BLOCKED_MS / 2);
      const answered = performance.now();
      expect(await timed(() => api.get('/users/me').expect(401))).toBeLessThan(BLOCKED_MS / 2);
      while (begun.length === 0) await delay(10);
      expect(begun[0] - answered).toBeGreaterThan(90);
      expect(begun[0] - answered).toBeLessThan(1500);
    },
  );

  test('the moments of two mails are not the same, and nothing of an unknown address is under way', async () => {
    const moments: number[] = [];
    const { api, addUser } = await boot({
      hooks: { sendPasswordResetToken: () => void moments.push(performance.now()) },
    });
    await addUser();
    const answered: number[] = [];
    for (let count = 0; count < 8; count++) {
      await api.post('/auth/forgot-password', ADA).expect(202);
      await api.post('/auth/forgot-password', { email: 'nobody@example.com' }).expect(202);
      answered.push(performance.now());
    }
    await delay(1200);
    expect(moments).toHaveLength(8);
    // Eight requests come within a few milliseconds each; their mails are spread over most of a second.
    const spread = Math.max(...moments) - Math.min(...moments) - ((answered[7] ?? 0) - (answered[0] ?? 0));
    expect(spread).toBeGreaterThan(50);
  });

  test('shutdown waits for no moment: what is to be mailed is mailed', async () => {
    const sent: string[] = [];
    const { app, api, addUser } = await boot({
      hooks: { sendPasswordResetToken: ({ email }) => void sent.push(email) },
    });
    await addUser();
    const asked = Array.from({ length: 20 }, () => api.post('/auth/forgot-password', ADA).expect(202));
    await Promise.all(asked);
    // Twenty mails would take most of a second, one of them at least.
    expect(await timed(() => app.close())).toBeLessThan(600);
    expect(sent).toEqual(asked.map(() => ADA.email));
  });

  test.each(THROWN)('a hook that %s after the answer is logged, and nothing else', async (_, fail) => {
    const { api, addUser, settled, scan } = await boot({
      requireVerification: true,
      registration: { concealExisting: true },
      hooks: {
        sendPasswordResetToken: fail,
        sendVerificationToken: fail,
        sendRegistrationAttempt: fail,
        postRegistrationHook: fail,
      },
    });
    await addUser();
    await api.post('/auth/register', { ...ADA, email: 'new@example.com' }).expect(202);
    await api.post('/auth/register', ADA).expect(202);
    await api.post('/auth/forgot-password', ADA).expect(202);
    await settled();
    await delay(20);
    const failed = scan.logLines.filter((line) => / failed/.test(line));
    expect(failed).toHaveLength(4);
    expect(unhandled).toEqual([]);
  });

  test.each(THROWN)('a hook that %s before the answer gives a refusal, and no 5xx', async (_, fail) => {
    const { api, addUser } = await boot({
      hooks: { preLoginHook: fail as never, preRegistrationHook: fail, validatePassword: fail },
    });
    await addUser().catch(() => undefined);
    await api.post('/auth/jwt/login', ADA).expect(400);
    await api.post('/auth/register', ADA).expect(403);
    const late = await boot({ hooks: { postRegistrationHook: fail, postLoginHook: fail } });
    await late.api.post('/auth/register', ADA).expect(201);
    await late.api.post('/auth/jwt/login', ADA).expect(400);
    expect(unhandled).toEqual([]);
  });

  test.each(THROWN)('a handler of an event that %s changes no answer', async (_, fail) => {
    const { app, api, scan } = await boot({ host: { imports: [EventEmitterModule.forRoot()] } });
    // As a host does that listens without @OnEvent(), which catches what its handlers throw.
    const handler: () => unknown = fail;
    app.get(EventEmitter2).on(UserEvents.Registered, handler);
    await api.post('/auth/register', ADA).expect(201);
    await delay(50);
    expect(scan.logLines.join('\n')).toContain(`A handler of ${UserEvents.Registered} failed`);
    expect(unhandled).toEqual([]);
  });
});
