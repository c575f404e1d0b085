import { bearer, jwt, redis as redisStrategy } from 'nestjs-users';
import type { Api } from '../support/api.js';
import { type Adapter, ADAPTERS, leaveOut, onEachAdapter, PASSWORD } from '../support/host.js';
import { isRedisUnderTest } from '../support/redis.js';
import { REDIS_CLIENTS, startTopologies, type Topologies } from '../support/redis-topologies.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const ADA = { email: 'ada@example.com', password: PASSWORD };
const EVE = { email: 'eve@example.com', password: 'a wrong password' };
/** Enough for the keys of a cluster to be on several nodes. */
const LOGINS = 6;
/** What a client does is no matter of the adapter, so each is tested on one of them. */
const kindsOn = (adapter: Adapter) =>
  Object.keys(REDIS_CLIENTS).filter((_, index) => ADAPTERS[index % ADAPTERS.length] === adapter);

let servers: Topologies;
if (isRedisUnderTest) {
  beforeAll(async () => void (servers = await startTopologies()), 20_000);
  afterAll(() => servers.stop());
}

onEachAdapter('sqlite', (boot, adapter) => {
  if (!isRedisUnderTest) {
    leaveOut('redis');
    return;
  }

  test.each(kindsOn(adapter))('%s: logins, logouts and limits', async (kind) => {
    const { client, close } = await REDIS_CLIENTS[kind](servers);
    const prefix = `${adapter}:${kind}:`;
    const { api, addUser } = await boot({
      backends: [
        {
          name: 'kiosk',
          transport: bearer(),
          strategy: redisStrategy({ client, prefix: `${prefix}session:` }),
        },
        { name: 'jwt', transport: bearer(), strategy: jwt() },
      ],
      limits: {
        redis: client,
        prefix: `${prefix}limit:`,
        login: { attempts: 2, windowSeconds: 60 },
        clientLogins: false,
        mails: { attempts: 1, windowSeconds: 60 },
      },
    });
    await addUser();

    const logins: Api[] = [];
    while (logins.length < LOGINS) logins.push(await api.loggedIn(ADA.email, PASSWORD, 'kiosk'));
    for (const each of logins) await each.get('/users/me').expect(200);
    const [first, second, ...others] = logins as [Api, Api, ...Api[]];
    await first.post('/auth/kiosk/logout').expect(204);
    await first.get('/users/me').expect(401);
    const changed = await second.patch('/users/me', { password: 'a new password indeed' }).expect(200);
    await second.get('/users/me').expect(401);
    await api.carrying(changed).get('/users/me').expect(200);
    for (const each of others) await each.get('/users/me').expect(401);
    await api.carrying(changed).post('/auth/kiosk/logout-all').expect(204);
    await api.carrying(changed).get('/users/me').expect(401);

    for (const status of [400, 400, 429]) await api.post('/auth/kiosk/login', EVE).expect(status);
    for (const status of [400, 200]) {
      const password = status === 200 ? 'a new password indeed' : 'wrong';
      await api.post('/auth/kiosk/login', { ...ADA, password }).expect(status);
    }

    // Whatever stands still, nobody waits for it.
    const kiosk = await api.loggedIn(ADA.email, 'a new password indeed', 'kiosk');
    const asked = [servers.single, ...servers.nodes];
    for (const server of asked) server.freeze();
    const begun = performance.now();
    const answers = await Promise.all([kiosk.get('/users/me'), api.post('/auth/jwt/login', ADA)]);
    expect(performance.now() - begun).toBeLessThan(1500);
    for (const server of asked) server.thaw();
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    await kiosk.get('/users/me').expect(200);
    await close();
  });
});
