import {
  type BaseUser,
  bearer,
  cookie,
  database,
  jwt,
  redis as redisStrategy,
  SessionsService,
} from 'nestjs-users';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { connectRedis, isRedisUnderTest } from '../support/redis.js';
import { travel } from '../support/time.js';
import { NumberedSession, NumberedUser, Session } from '../support/users.js';

const BACKENDS = [
  { name: 'web', transport: cookie(), strategy: database({ lifetimeSeconds: 7200 }) },
  { name: 'app', transport: bearer(), strategy: jwt() },
];
const OPTIONS = { backends: BACKENDS, session: Session };
const DAY = 86_400;

interface Listed {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  isCurrent: boolean;
}

onEachHost((boot) => {
  const list = async (api: Host['api'], path = '/users/me/sessions'): Promise<Listed[]> => {
    const answer = await api.get(path).expect(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    return (answer.body as { items: Listed[] }).items;
  };

  test('users see where they are logged in, and which login they came by', async () => {
    const { api, addUser } = await boot(OPTIONS);
    await addUser();
    const app = await api.with({ 'user-agent': 'Phone/1' }).loggedIn('ada@example.com', PASSWORD, 'app');
    travel(30);
    const web = await api
      .with({ 'user-agent': 'x'.repeat(400) })
      .loggedIn('ada@example.com', PASSWORD, 'web');

    const sessions = await list(web);
    expect(sessions).toEqual([
      expect.objectContaining({ isCurrent: true, userAgent: 'x'.repeat(255), ip: '127.0.0.1' }),
      expect.objectContaining({ isCurrent: false, userAgent: 'Phone/1', ip: '127.0.0.1' }),
    ]);
    expect(Object.keys(sessions[0] ?? {}).sort()).toEqual(
      ['createdAt', 'expiresAt', 'id', 'ip', 'isCurrent', 'lastUsedAt', 'userAgent'].sort(),
    );
    const lifetimes = sessions.map(
      ({ createdAt, expiresAt }) => Date.parse(expiresAt) - Date.parse(createdAt),
    );
    for (const [index, seconds] of [7200, 3600].entries()) {
      expect(Math.abs((lifetimes[index] ?? 0) / 1000 - seconds)).toBeLessThanOrEqual(1);
    }
    expect((await list(app)).map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
  });

  test('one login is ended from another; ids that are nobody’s are 404', async () => {
    const { api, addUser } = await boot(OPTIONS);
    await addUser();
    await addUser({ email: 'eve@example.com' });
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    const app = await api.loggedIn('ada@example.com', PASSWORD, 'app');
    const eve = await api.loggedIn('eve@example.com', PASSWORD, 'app');
    const id = (await list(web)).find(({ isCurrent }) => !isCurrent)?.id;

    await eve.delete(`/users/me/sessions/${id}`).expect(404);
    for (const malformed of [
      '1',
      'me',
      '%00',
      'x'.repeat(90),
      '..%2f',
      '00000000-0000-0000-0000-000000000000',
    ]) {
      await web.delete(`/users/me/sessions/${malformed}`).expect(404);
    }
    await app.get('/users/me').expect(200);
    await web.delete(`/users/me/sessions/${id}`).expect(204);
    await app.get('/users/me').expect(401);
    await web.delete(`/users/me/sessions/${id}`).expect(404);
    await web.get('/users/me').expect(200);
    await eve.get('/users/me').expect(200);
  });

  test('all other logins are ended at once', async () => {
    const { api, addUser } = await boot(OPTIONS);
    await addUser();
    const [web, app, other] = [
      await api.loggedIn('ada@example.com', PASSWORD, 'web'),
      await api.loggedIn('ada@example.com', PASSWORD, 'app'),
      await api.loggedIn('ada@example.com', PASSWORD, 'web'),
    ];
    await web.delete('/users/me/sessions').expect(204);
    await app.get('/users/me').expect(401);
    await other.get('/users/me').expect(401);
    expect(await list(web)).toHaveLength(1);
    await api.delete('/users/me/sessions').expect(401);
    await api.get('/users/me/sessions').expect(401);
  });

  test('an administrator sees and ends a user’s sessions; others are 403', async () => {
    const { api, addUser } = await boot(OPTIONS);
    const { id } = await addUser();
    await addUser({ email: 'root@example.com', isSuperuser: true });
    const root = await api.loggedIn('root@example.com', PASSWORD, 'app');
    const [web, app] = [
      await api.loggedIn('ada@example.com', PASSWORD, 'web'),
      await api.loggedIn('ada@example.com', PASSWORD, 'app'),
    ];
    const path = `/users/${id}/sessions`;
    await web.get(path).expect(403);
    await web.delete(path).expect(403);
    await api.get(path).expect(401);

    const sessions = await list(root, path);
    expect(sessions.map(({ isCurrent }) => isCurrent)).toEqual([false, false]);
    await root.delete(`${path}/${sessions[1]?.id}`).expect(204);
    await root.delete(`${path}/${sessions[1]?.id}`).expect(404);
    await root.delete(`/users/00000000-0000-0000-0000-000000000000/sessions`).expect(404);
    const alive = [(await web.get('/users/me')).status, (await app.get('/users/me')).status];
    expect(new Set(alive)).toEqual(new Set([200, 401]));

    await root.delete(path).expect(204);
    await web.get('/users/me').expect(401);
    await app.get('/users/me').expect(401);
    expect(await list(root, path)).toEqual([]);
    await root.get('/users/me').expect(200);
  });

  test('without a session entity there are no such routes', async () => {
    const { login } = await boot();
    const ada = await login({ isSuperuser: true });
    await ada.api.get('/users/me/sessions').expect(404);
    await ada.api.get(`/users/${ada.user.id}/sessions`).expect(404);
  });

  test('sessions expire, and are deleted some time after', async () => {
    const { api, addUser, sessions, settled } = await boot(OPTIONS);
    await addUser();
    // The clock stands still, or the second that is left would go by on a slow machine.
    travel(0);
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    const app = await api.loggedIn('ada@example.com', PASSWORD, 'app');
    travel(3599);
    await app.get('/users/me').expect(200);
    travel(2);
    await app.get('/users/me').expect(401);
    await web.get('/users/me').expect(200);
    expect(await list(web)).toHaveLength(1);
    travel(3600);
    await web.get('/users/me').expect(401);

    await settled();
    expect(await sessions?.count()).toBe(2);
    await api.loggedIn('ada@example.com', PASSWORD, 'web');
    await settled();
    expect(await sessions?.count()).toBe(1);
  });

  test('a thousand expired sessions go in small batches', async () => {
    const { api, addUser, sessions, settled, queries } = await boot({ ...OPTIONS, fresh: true });
    const user = await addUser();
    const past = new Date(Date.now() - 1000);
    const rows = Array.from({ length: 1000 }, (_, index) => ({
      ...{ user, tokenVersion: 1, createdAt: past, lastUsedAt: past, expiresAt: past },
      tokenHash: String(index),
    }));
    await sessions?.insert(rows);
    const statements = await queries.during(async () => {
      await api.loggedIn('ada@example.com', PASSWORD, 'web');
      await settled();
    });
    expect(await sessions?.count()).toBe(1);
    expect(statements.filter((statement) => statement.startsWith('DELETE'))).toHaveLength(5);
  });

  test('a session that is not used in time is over; one in use goes on', async () => {
    const strategy = database({ lifetimeSeconds: DAY, idleSeconds: 600 });
    const backends = [{ name: 'web', transport: cookie(), strategy }];
    const { api, addUser, settled } = await boot({ backends, session: Session });
    await addUser();
    const [used, unused] = [
      await api.loggedIn('ada@example.com', PASSWORD, 'web'),
      await api.loggedIn('ada@example.com', PASSWORD, 'web'),
    ];
    for (let minutes = 0; minutes < 20; minutes += 9) {
      travel(540);
      await used.get('/users/me').expect(200);
      await settled();
    }
    await unused.get('/users/me').expect(401);
    await used.get('/users/me').expect(200);
    expect(await list(used)).toHaveLength(1);
    travel(601);
    await used.get('/users/me').expect(401);
  });

  test('a use is noted once a minute, after the answer', async () => {
    const { api, addUser, settled, queries } = await boot(OPTIONS);
    await addUser();
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    await settled();
    const use = async () => {
      await Promise.all(Array.from({ length: 20 }, () => web.get('/users/me').expect(200)));
      await settled();
    };
    const updates = async () =>
      (await queries.during(use)).filter((statement) => statement.startsWith('UPDATE')).length;
    expect(await updates()).toBe(0);
    travel(61);
    expect(await updates()).toBe(1);
    expect(await updates()).toBe(0);
    const [session] = await list(web);
    expect(Date.parse(session?.lastUsedAt ?? '') - Date.parse(session?.createdAt ?? '')).toBeGreaterThan(
      60_000,
    );
  });

  test.each(['web', 'app'])('a fresh token of %s makes a login no longer', async (backend) => {
    const { api, addUser } = await boot(OPTIONS);
    await addUser();
    const client = await api.loggedIn('ada@example.com', PASSWORD, backend);
    const lifetime = backend === 'web' ? 7200 : 3600;
    travel(lifetime - 100);
    const change = { password: 'a new password indeed', currentPassword: PASSWORD };
    const fresh = api.carrying(await client.patch('/users/me', change).expect(200));
    travel(90);
    await fresh.get('/users/me').expect(200);
    travel(20);
    await fresh.get('/users/me').expect(401);
  });

  test('sessions have integer ids where the host says so', async () => {
    const { api, addUser } = await boot({ ...OPTIONS, user: NumberedUser, session: NumberedSession });
    await addUser();
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    const app = await api.loggedIn('ada@example.com', PASSWORD, 'app');
    const sessions = await list(web);
    expect(sessions.map(({ id }) => id).sort()).toEqual([1, 2]);
    await web.delete('/users/me/sessions/999999999999').expect(404);
    await web.delete('/users/me/sessions/2').expect(204);
    await app.get('/users/me').expect(401);
  });

  test('the service lists and ends sessions without a request', async () => {
    const { app, api, addUser } = await boot(OPTIONS);
    const ada = await addUser();
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    const service = app.get(SessionsService);
    const [session] = await service.list(ada);
    await expect(service.end(ada, 'no id')).rejects.toMatchObject({ status: 404 });
    await service.end(ada, session?.id);
    await web.get('/users/me').expect(401);
  });

  test('a user who is deleted while logging in is not logged in', async () => {
    const hooks = {
      postLoginHook: async (user: BaseUser) => void (await host.users.delete({ id: user.id as string })),
    };
    const host: Host = await boot({ ...OPTIONS, hooks });
    for (const backend of ['web', 'app']) {
      await host.addUser();
      const credentials = { email: 'ada@example.com', password: PASSWORD };
      await host.api.post(`/auth/${backend}/login`, credentials).expect(400, /LOGIN_BAD_CREDENTIALS/);
    }
    expect(await host.sessions?.count()).toBe(0);
  });

  test('a token that a client brings along to a login never becomes one', async () => {
    const { api, addUser } = await boot(OPTIONS);
    await addUser();
    const planted = api.with({ cookie: `__Host-session=${'a'.repeat(43)}` });
    const web = await planted.loggedIn('ada@example.com', PASSWORD, 'web');
    expect(web.headers['cookie']).not.toBe(planted.headers['cookie']);
    await planted.get('/users/me').expect(401);
    const again = await web.loggedIn('ada@example.com', PASSWORD, 'web');
    expect(again.headers['cookie']).not.toBe(web.headers['cookie']);
  });

  test('a token of one backend is none to another, though both keep sessions', async () => {
    const backends = [
      { name: 'one', transport: bearer(), strategy: database() },
      { name: 'two', transport: bearer(), strategy: database() },
      { name: 'three', transport: bearer(), strategy: jwt() },
    ];
    const { api, addUser } = await boot({ backends, session: Session });
    await addUser();
    for (const name of ['one', 'two', 'three']) {
      const client = await api.loggedIn('ada@example.com', PASSWORD, name);
      for (const other of ['one', 'two', 'three'].filter((each) => each !== name)) {
        await client.post(`/auth/${other}/logout`).expect(401);
      }
      await client.post(`/auth/${name}/logout`).expect(204);
    }
  });

  if (!isRedisUnderTest) return;
  test('ending all others ends logins that are no sessions, too', async () => {
    const { client, prefix, close } = await connectRedis('redis');
    const backends = [
      ...BACKENDS,
      { name: 'kiosk', transport: bearer(), strategy: redisStrategy({ client, prefix }) },
    ];
    const { api, addUser } = await boot({ ...OPTIONS, backends });
    await addUser();
    const kiosk = await api.loggedIn('ada@example.com', PASSWORD, 'kiosk');
    for (const name of ['web', 'app', 'kiosk']) {
      const [other, current] = [
        await api.loggedIn('ada@example.com', PASSWORD, 'web'),
        await api.loggedIn('ada@example.com', PASSWORD, name),
      ];
      const answer = await current.delete('/users/me/sessions').expect(204);
      expect(answer.headers['cache-control']).toBe('no-store');
      await kiosk.get('/users/me').expect(401);
      await other.get('/users/me').expect(401);
      await current.get('/users/me').expect(401);
      const fresh = api.carrying(answer);
      await fresh.get('/users/me').expect(200);
      expect(await list(fresh)).toHaveLength(name === 'kiosk' ? 0 : 1);
    }
    await close();
  });
});
