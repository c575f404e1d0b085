import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { Api } from '../support/api.js';
import { createDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { PASSWORD } from '../support/host.js';
import { type OwnProcess, startProcess } from '../support/processes.js';
import { connectRedis, isRedisUnderTest, type TestRedis } from '../support/redis.js';
import { SecretsScan } from '../support/secrets-scan.js';
import { Session, User } from '../support/users.js';
import { ofToday } from '../support/profiles.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const NEW_PASSWORD = 'a new password indeed';
const EVENTS = ['logout', 'logout-all', 'password change', 'reset', 'deactivation', 'deletion'] as const;

/** A database that outlives a process: SQLite's in memory does not. */
async function sharedDatabase(database: Parameters<typeof createDatabase>[0]): Promise<TestDatabase> {
  if (database !== 'sqlite') return createDatabase(database);
  const folder = await mkdtemp(join(tmpdir(), 'two-processes-'));
  return {
    options: { type: 'better-sqlite3', database: join(folder, 'shared.sqlite') },
    drop: () => rm(folder, { recursive: true }),
  };
}

describe.each(ofToday(databasesUnderTest()))(
  'two processes, in time zones a day apart, share %s',
  (database) => {
    describe.each([false, true])('with sessions: %s', (keepsSessions) => {
      let place: TestDatabase;
      let redis: TestRedis | undefined;
      let processes: OwnProcess[] = [];
      let [here, there]: Api[] = [];
      const scan = new SecretsScan();

      beforeAll(async () => {
        place = await sharedDatabase(database);
        redis = isRedisUnderTest ? await connectRedis('redis') : undefined;
        const entities = [User, ...(keepsSessions ? [Session] : [])];
        const connection = new DataSource({
          ...place.options,
          entities,
          synchronize: true,
        });
        await (await connection.initialize()).destroy();
        const options = { database: place.options, keepsSessions, redisPrefix: redis?.prefix };
        processes = await Promise.all([
          startProcess({ ...options, adapter: 'express', timeZone: 'Pacific/Kiritimati' }),
          startProcess({ ...options, adapter: 'fastify', timeZone: 'Pacific/Pago_Pago' }),
        ]);
        [here, there] = processes.map(({ url }) => new Api(url, scan));
        await here?.post('/auth/register', { email: 'root@example.com', password: PASSWORD }).expect(201);
        const admin = await new DataSource({ ...place.options, entities }).initialize();
        await admin.getRepository(User).update({ email: 'root@example.com' }, { isSuperuser: true });
        await admin.destroy();
      });
      afterAll(async () => {
        for (const each of processes) each.kill();
        await redis?.close();
        await place.drop();
      });

      const backends = [
        'jwt',
        ...(keepsSessions ? ['database'] : []),
        ...(isRedisUnderTest ? ['key-value'] : []),
      ];
      const cases = backends.flatMap((backend) => EVENTS.map((event) => ({ backend, event })));

      test.each(cases)(
        '$backend: what $event ends in one process is nobody in the other',
        async ({ backend, event }) => {
          if (!here || !there) throw new Error('No processes.');
          const email = `${backend}-${event.replace(' ', '-')}@example.com`;
          const { body } = await here.post('/auth/register', { email, password: PASSWORD }).expect(201);
          const client = await here.loggedIn(email, PASSWORD, backend);
          const elsewhere = there.with(client.headers);
          await elsewhere.get('/users/me').expect(200);

          const root = await here.loggedIn('root@example.com', PASSWORD, 'jwt');
          if (event === 'logout' || event === 'logout-all')
            await client.post(`/auth/${backend}/${event}`).expect(204);
          if (event === 'password change')
            await client.patch('/users/me', { password: NEW_PASSWORD }).expect(200);
          if (event === 'reset') await resetPassword(here, email);
          if (event === 'deactivation')
            await root.patch(`/users/${body.id}`, { isActive: false }).expect(200);
          if (event === 'deletion') await root.delete(`/users/${body.id}`).expect(204);
          await elsewhere.get('/users/me').expect(401);
        },
      );

      if (!isRedisUnderTest) return;
      test('guesses are counted together', async () => {
        if (!here || !there) throw new Error('No processes.');
        const guess = { email: 'nobody@example.com', password: 'wrong password' };
        const guesses = Array.from({ length: 60 }, (_, index) =>
          (index % 2 ? here : there)?.post('/auth/jwt/login', guess),
        );
        const statuses = (await Promise.all(guesses)).map((answer) => answer?.status);
        expect(statuses.filter((status) => status === 400)).toHaveLength(10);
        expect(statuses.filter((status) => status === 429)).toHaveLength(50);
      });
    });
  },
);

async function resetPassword(api: Api, email: string): Promise<void> {
  await api.post('/auth/forgot-password', { email }).expect(202);
  let mails: { to: string; token: string }[] = [];
  while (!mails.some(({ to }) => to === email))
    mails = (await api.get('/outbox').expect(200)).body as typeof mails;
  const { token } = mails.find(({ to }) => to === email) ?? {};
  await api.post('/auth/reset-password', { token, password: NEW_PASSWORD }).expect(200);
}
