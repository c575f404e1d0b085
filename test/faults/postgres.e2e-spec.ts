import { setTimeout as delay } from 'node:timers/promises';
import { bearer, cookie, database as databaseStrategy, jwt } from 'nestjs-users';
import type { DataSourceOptions } from 'typeorm';
import { type Host, onEachAdapter, PASSWORD } from '../support/host.js';
import type { OwnServer } from '../support/server-process.js';
import { startPostgres } from '../support/servers.js';
import { Session } from '../support/users.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const ADA = { email: 'ada@example.com', password: PASSWORD };

onEachAdapter('postgres', { takesLong: true }, (boot) => {
  let server: OwnServer;
  let host: Host;

  beforeEach(async () => {
    server = await startPostgres();
    const options: DataSourceOptions = { type: 'postgres', url: server.url };
    host = await boot({
      place: { options, drop: () => server.stop() },
      backends: [
        { name: 'web', transport: cookie(), strategy: databaseStrategy() },
        { name: 'jwt', transport: bearer(), strategy: jwt() },
      ],
      session: Session,
    });
    await host.addUser();
  });

  test.each(['killed', 'frozen'] as const)(
    'a database that is %s gives 503 within three seconds, and comes back within two',
    async (how) => {
      const { api } = host;
      const web = await api.loggedIn(ADA.email, PASSWORD, 'web');
      const app = await api.loggedIn(ADA.email, PASSWORD, 'jwt');

      if (how === 'killed') await server.kill();
      else server.freeze();
      // More than the pool has connections: the last ones wait for a turn that never comes.
      const requests = Array.from({ length: 5 }, () => [
        () => web.get('/users/me'),
        () => app.get('/users/me'),
        () => web.get('/users/me/sessions'),
        () => web.post('/auth/web/logout'),
        () => app.post('/auth/jwt/logout-all'),
        () => api.post('/auth/web/login', ADA),
        () => api.post('/auth/register', { ...ADA, email: 'new@example.com' }),
        () => api.post('/auth/forgot-password', ADA),
      ]).flat();
      const begun = performance.now();
      const answers = await Promise.all(requests.map((request) => request()));
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      expect(new Set(answers.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1']));

      if (how === 'killed') await server.restart();
      else server.thaw();
      const back = performance.now();
      const isBack = async () => (await api.post('/auth/web/login', ADA)).status === 204;
      while (!(await isBack())) await delay(50);
      expect(performance.now() - back).toBeLessThan(2000);
    },
  );

  test('what was acknowledged is there after a crash; what was not is whole or absent', async () => {
    const { api, users } = host;
    const statuses = new Map<string, number>();
    const register = async (index: number) => {
      const email = `user${index}@example.com`;
      statuses.set(email, (await api.post('/auth/register', { ...ADA, email })).status);
    };
    const flood = Array.from({ length: 150 }, (_, index) => delay(index * 4).then(() => register(index)));
    await delay(300);
    await server.kill();
    await server.restart();
    await Promise.all(flood);

    expect(new Set(statuses.values())).toEqual(new Set([201, 503]));
    for (const [email, status] of statuses) {
      const user = await users.findOneBy({ email });
      if (status === 201) expect(user).not.toBeNull();
      const login = await api.post('/auth/jwt/login', { ...ADA, email });
      expect(login.status).toBe(user ? 200 : 400);
    }
  });
});
