import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { bearer, jwt, redis as redisStrategy } from 'nestjs-users';
import { Passwords } from '../../lib/accounts/passwords/passwords.js';
import { type Host, leaveOut, onEachAdapter, PASSWORD } from '../support/host.js';
import { connectRedis, isRedisUnderTest, REDIS_PACKAGES, type TestRedis } from '../support/redis.js';
import type { OwnServer } from '../support/server-process.js';
import { startRedis } from '../support/servers.js';
import { ofToday } from '../support/profiles.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const ADA = { email: 'ada@example.com', password: PASSWORD };

/** The statuses of requests at once, none of which may take a second. */
async function statusesWithinASecond(requests: (() => PromiseLike<{ status: number }>)[]): Promise<number[]> {
  const begun = performance.now();
  const answers = await Promise.all(requests.map((request) => request()));
  expect(performance.now() - begun).toBeLessThan(1000);
  return answers.map(({ status }) => status);
}

/** How long until a request succeeds again. */
async function untilAnswered(request: () => PromiseLike<{ status: number }>): Promise<number> {
  const begun = performance.now();
  while ((await request()).status !== 200) await delay(50);
  return performance.now() - begun;
}

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  if (!isRedisUnderTest) {
    leaveOut('redis');
    return;
  }

  describe.each(ofToday(REDIS_PACKAGES))('the package %s', (name) => {
    let server: OwnServer;
    let redis: TestRedis;
    let host: Host;
    const noticed: string[] = [];

    beforeEach(async () => {
      server = await startRedis();
      redis = await connectRedis(name, server.url);
      const { client, prefix } = redis;
      noticed.length = 0;
      host = await boot({
        backends: [
          { name: 'kiosk', transport: bearer(), strategy: redisStrategy({ client, prefix }) },
          { name: 'jwt', transport: bearer(), strategy: jwt() },
        ],
        limits: { redis: client, prefix: `${prefix}limit:` },
        hooks: { postLogoutHook: ({ email }) => void noticed.push(email) },
      });
      await host.addUser();
    });
    afterEach(async () => {
      await redis.close().catch(() => undefined);
      await server.stop();
    });

    test.each(['killed', 'frozen'] as const)(
      'a Redis that is %s gives 503 within a second, and comes back within two',
      async (how) => {
        const { api, app } = host;
        const kiosk = await api.loggedIn(ADA.email, PASSWORD, 'kiosk');
        const withJwt = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
        const verify = jest.spyOn(app.get(Passwords), 'judge');

        if (how === 'killed') await server.kill();
        else server.freeze();
        const statuses = await statusesWithinASecond([
          () => kiosk.get('/users/me'),
          () => kiosk.post('/auth/kiosk/logout'),
          () => kiosk.post('/auth/kiosk/logout-all'),
          () => api.post('/auth/kiosk/login', ADA),
          () => api.post('/auth/jwt/login', ADA),
          () => api.post('/auth/register', { ...ADA, email: 'new@example.com' }),
          () => api.post('/auth/forgot-password', ADA),
          () => withJwt.get('/users/me'),
        ]);
        // Who needs no Redis does not notice.
        expect(statuses).toEqual([503, 503, 503, 503, 503, 503, 503, 200]);
        expect((await kiosk.get('/users/me')).headers['retry-after']).toBe('1');
        expect(verify).not.toHaveBeenCalled();

        if (how === 'killed') await server.restart();
        else server.thaw();
        const fresh = async () => api.post('/auth/kiosk/login', ADA);
        expect(await untilAnswered(fresh)).toBeLessThan(2000);
        // No logout was acknowledged; a Redis that was killed has forgotten every login.
        await kiosk.get('/users/me').expect(how === 'killed' ? 401 : 200);
        await withJwt.get('/users/me').expect(200);
      },
    );

    test('a logout that comes late is one, and what belongs to it follows once', async () => {
      const { api, settled } = host;
      const kiosk = await api.loggedIn(ADA.email, PASSWORD, 'kiosk');
      // Reads go on.
      await redis.command('CLIENT', 'PAUSE', '1500', 'WRITE');
      await kiosk.post('/auth/kiosk/logout').expect(503, /not known whether/);
      expect(noticed).toEqual([]);
      await settled();
      expect(noticed).toEqual([ADA.email]);
      await kiosk.get('/users/me').expect(401);
    });

    test('what was revoked stays revoked when Redis is flushed or set back', async () => {
      const { api } = host;
      const kiosk = await api.loggedIn(ADA.email, PASSWORD, 'kiosk');
      const before = await redis.dump();
      const loggedOut = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
      await loggedOut.post('/auth/jwt/logout-all').expect(204);
      await kiosk.get('/users/me').expect(401);

      await redis.command('FLUSHALL');
      await kiosk.get('/users/me').expect(401);
      await loggedOut.get('/users/me').expect(401);
      for (const [key, value] of Object.entries(before)) await redis.command('SET', key, value);
      await kiosk.get('/users/me').expect(401);
      await loggedOut.get('/users/me').expect(401);
    });

    test('what stands in Redis and is no entry of ours is nobody', async () => {
      const { api } = host;
      const kiosk = await api.loggedIn(ADA.email, PASSWORD, 'kiosk');
      const key = Object.keys(await redis.dump()).find((each) => !each.includes('limit')) ?? '';
      const entry = await redis.command('GET', key);
      for (const odd of [
        '',
        'null',
        '[]',
        '{}',
        'x',
        '{"sub":1}',
        String(entry).replace('"sub":"', '"sub":"x'),
        '{"sub":"1","ver":1,"authTime":1,"exp":1}',
      ]) {
        await redis.command('SET', key, odd);
        await kiosk.get('/users/me').expect(401);
      }
      await redis.command('SET', key, String(entry));
      await kiosk.get('/users/me').expect(200);
      await redis.command('DEL', key);
      await redis.command('HSET', key, 'a', 'b');
      await kiosk.get('/users/me').expect(503);
    });
  });
});
