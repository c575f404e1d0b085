import { jest } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { onEachAdapter, PASSWORD } from '../support/host.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const WRITES = 40;

onEachAdapter('sqlite', (boot) => {
  test('a rollback in one request never undoes what another was told is written', async () => {
    const { api, login, repository, queries, users } = await boot();
    const ada = await login();
    const expired = await login({ email: 'eve@example.com' });
    const emails = Array.from({ length: WRITES }, (_, index) => `user${index}@example.com`);
    // As a link that somebody else has already, found out in the middle of a transaction.
    const fail = async () => {
      await delay(3);
      throw new Error('planted: the transaction is rolled back');
    };
    const rollBack = (index: number) =>
      index % 2 === 0
        ? repository.insert({ email: `rolled-back${index}@example.com`, tokenVersion: 1 }, fail)
        : repository.update({ id: ada.user.id }, { isSuperuser: true }, { inTransaction: fail });

    const statements = await queries.during(async () => {
      const rollbacks = emails.map(async (_, index) => {
        await delay(index * 4);
        await rollBack(index);
      });
      const writes = emails.map(async (email, index) => {
        await delay(index * 4);
        const { status } = await api.post('/auth/register', { email, password: PASSWORD });
        return status;
      });
      await delay(20);
      await expired.api.post('/auth/jwt/logout').expect(204);
      await ada.api.patch('/users/me', { email: 'countess@example.com' }).expect(200);
      expect(new Set(await Promise.all(writes))).toEqual(new Set([201]));
      const outcomes = await Promise.allSettled(rollbacks);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(emails.map(() => 'rejected'));
    });

    const stored = (await users.find()).map(({ email }) => email);
    expect(stored.sort()).toEqual([...emails, 'countess@example.com', 'eve@example.com'].sort());
    expect(await users.countBy({ isSuperuser: true })).toBe(0);
    await expired.api.get('/users/me').expect(401);
    expect(statements.filter((statement) => statement === 'ROLLBACK')).toHaveLength(WRITES);
  });

  // Once one has run, Node.js tracks every promise of the process: 9 % of GET /users/me were lost so.
  test('writes and requests run no AsyncLocalStorage where no listener could write within a write', async () => {
    const { login } = await boot();
    const runs = [
      jest.spyOn(AsyncLocalStorage.prototype, 'run'),
      jest.spyOn(AsyncLocalStorage.prototype, 'enterWith'),
    ];
    const { api } = await login();
    await api.patch('/users/me', { email: 'countess@example.com' }).expect(200);
    await api.get('/users/me').expect(200);
    await api.post('/auth/jwt/logout').expect(204);
    expect(runs.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    jest.restoreAllMocks();
  });
});
