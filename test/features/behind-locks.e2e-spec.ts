import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type BaseUser, bearer, database, RolesAccepted, RolesService } from 'nestjs-users';
import { DataSource, type EntityManager } from 'typeorm';
import { combine, STRATEGIES } from '../support/backends.js';
import { type Boot, type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { Member, MemberSession, Role, Session } from '../support/users.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const EMAIL = 'ada@example.com';
/** Logins that are rows. */
const MAIN: HostOptions = {
  session: Session,
  backends: [{ name: 'jwt', transport: bearer(), strategy: database() }],
};

const NEW_PASSWORD = 'a new password indeed';

/** Runs `work` while a transaction of the host's own holds the user's row, and `change` waits for it. */
async function behindLock<T>(
  { manager }: DataSource,
  lock: (manager: EntityManager) => Promise<unknown>,
  change: () => PromiseLike<T>,
  work: () => PromiseLike<unknown>,
): Promise<T> {
  let answer: Promise<T> | undefined;
  await manager.transaction(async (own) => {
    await lock(own);
    answer = Promise.resolve(change());
    await delay(250);
    await work();
  });
  return answer as Promise<T>;
}

/** A host, or a server, whose sessions do not have the isolation level that the database has by default. */
const withLevel = (pool: 'master' | 'pool', statement: string): HostOptions => ({
  plain: true,
  prepare(app) {
    const driver = app.get(DataSource).driver as unknown as Record<typeof pool, EventEmitter>;
    driver[pool].on('acquire', (connection: { query: (sql: string) => unknown }) => {
      void connection.query(statement);
    });
  },
});
const REPEATABLE_READ = withLevel('master', "SET default_transaction_isolation TO 'repeatable read'");
const READ_COMMITTED = withLevel('pool', 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');

/** What a statement that waits for a row rests on is asked when it no longer waits. */
const promises =
  (strategies: readonly (typeof STRATEGIES)[number][], more: HostOptions = {}) =>
  (boot: Boot) => {
    test.each(strategies)(
      '%s: a change that waits for its row does not outlive its login',
      async (strategy) => {
        const { options, close } = await combine('bearer', strategy);
        const { app, api, users, rows, addUser } = await boot({
          ...options,
          ...more,
          currentUser: { deletion: true },
        });
        const { id } = await addUser();
        const source = app.get(DataSource);
        const lock = (own: EntityManager) =>
          own.findOne(users.target, { where: { id }, cache: false, lock: { mode: 'pessimistic_write' } });
        const changes = [
          (client: typeof api) => client.patch('/users/me', { password: NEW_PASSWORD }),
          (client: typeof api) => client.delete('/users/me'),
        ];
        for (const change of changes) {
          const own = await api.loggedIn(EMAIL, PASSWORD, 'main');
          const logout = () => own.post('/auth/main/logout').expect(204);
          expect((await behindLock(source, lock, () => change(own), logout)).status).toBe(401);
          await api.post('/auth/main/login', { email: EMAIL, password: PASSWORD }).expect(200);
        }
        expect(await rows(users.target as typeof Member).count()).toBe(1);
        await close();
      },
    );
  };

// A logout by jwt() alone raises the version of the same row, and waits, too.
onEachAdapter('postgres', (boot) => {
  promises(STRATEGIES.filter((each) => each !== 'jwt'))(boot);

  describe('by default at REPEATABLE READ', () => promises(['database'], REPEATABLE_READ)(boot));

  test.each([{}, REPEATABLE_READ])(
    'a helper’s change that waits for its row does not outlive the right',
    async (more) => {
      const { app, users, login } = await boot({
        ...more,
        user: Member,
        role: Role,
        session: MemberSession,
        userManagement: { guards: [RolesAccepted('helper')] },
      });
      const roles = app.get(RolesService);
      const { id: role } = await roles.addRole({ name: 'helper' });
      const ada = await login();
      const helper = await login({ email: 'helper@example.com' });
      await roles.assignRole(helper.user.id, role);
      const lock = (own: EntityManager) =>
        own.findOne(users.target, {
          where: { id: ada.user.id },
          cache: false,
          lock: { mode: 'pessimistic_write' },
        });
      const change = () => helper.api.patch(`/users/${ada.user.id}`, { isActive: false });
      const revoke = () => roles.revokeRole(helper.user.id, role);
      expect((await behindLock(app.get(DataSource), lock, change, revoke)).status).toBe(403);
      expect(await users.findOneBy({ id: ada.user.id })).toMatchObject({ isActive: true });
    },
  );
});

// Its statement locks the rows that it rests on: who would take the right away waits, too. Another store does not.
onEachAdapter('mariadb', promises(STRATEGIES.filter((each) => each.startsWith('redis'))));

// Its statement locks the row of who acts before it waits for the other; PostgreSQL's waits with nothing in hand.
onEachAdapter('mariadb', (boot) => {
  test('a change that the database undoes, because another waits for it too, is made after all', async () => {
    const { app, users, addUser, login } = await boot();
    const ada = await addUser();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const heavy = await Promise.all(['x', 'y', 'z'].map((name) => addUser({ email: `${name}@example.com` })));
    const touch = (own: EntityManager, { id }: BaseUser) =>
      own.update(users.target, { id }, { isVerified: false });

    let answer: Promise<{ status: number }> | undefined;
    await app.get(DataSource).manager.transaction(async (own) => {
      // The database undoes what has changed fewer rows.
      for (const user of [...heavy, ada]) await touch(own, user);
      answer = root.api.patch(`/users/${ada.id}`, { isActive: false }).then((each) => each);
      await delay(150);
      await touch(own, root.user);
      await delay(50);
    });
    expect((await answer)?.status).toBe(200);
    expect(await users.findOneBy({ id: ada.id as string })).toMatchObject({ isActive: false });
  });
});

// By itself, a statement at a lower level would lock nothing that it reads.
onEachAdapter('mariadb', (boot) => {
  test.each([{}, READ_COMMITTED])(
    'who would end a login waits for the change that rests on it',
    async (more) => {
      const { app, users, login } = await boot({ ...more, ...MAIN, currentUser: { deletion: true } });
      const ada = await login();
      const row = { where: { id: ada.user.id }, cache: false, lock: { mode: 'pessimistic_write' as const } };
      let logout: Promise<number> | undefined;
      const change = () => ada.api.patch('/users/me', { password: NEW_PASSWORD });
      const { status } = await behindLock(
        app.get(DataSource),
        (own) => own.findOne(users.target, row),
        change,
        async () => {
          logout = ada.api.post('/auth/jwt/logout').then((answer) => answer.status);
          expect(await Promise.race([logout, delay(300)])).toBeUndefined();
        },
      );
      expect([status, [204, 401].includes((await logout) ?? 0)]).toEqual([200, true]);
    },
  );
});
