import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { bearer, redis as redisStrategy, UsersModule, UsersService } from 'nestjs-users';
import { SECRET, leaveOut, onEachAdapter, PASSWORD } from '../support/host.js';
import { connectRedis, isRedisUnderTest, type TestRedis } from '../support/redis.js';
import { User } from '../support/users.js';

const REDIS = Symbol('the host’s Redis');

onEachAdapter('sqlite', (boot) => {
  if (!isRedisUnderTest) {
    leaveOut('redis');
    return;
  }
  let redis: TestRedis;
  beforeEach(async () => void (redis = await connectRedis('redis')));
  afterEach(() => redis.close());

  test('a client is injected by its token, also where it takes time to connect', async () => {
    const slow = () => new Promise((resolve) => setTimeout(() => resolve(redis.client), 50));
    @Module({ providers: [{ provide: REDIS, useFactory: slow }], exports: [REDIS] })
    class RedisModule {}

    const { prefix } = redis;
    const { api, addUser } = await boot({
      imports: [RedisModule],
      backends: [{ name: 'kiosk', transport: bearer(), strategy: redisStrategy({ client: REDIS, prefix }) }],
      limits: { redis: REDIS, prefix: `${prefix}limit:`, login: { attempts: 1, windowSeconds: 60 } },
    });
    await addUser();
    const kiosk = await api.loggedIn('ada@example.com', PASSWORD, 'kiosk');
    await kiosk.get('/users/me').expect(200);
    for (const status of [400, 429]) {
      await api.post('/auth/kiosk/login', { email: 'eve@example.com', password: 'wrong' }).expect(status);
    }
    const keys = Object.keys(await redis.dump());
    expect(keys.some((key) => key.startsWith(`${prefix}limit:`))).toBe(true);
    expect(keys.join()).not.toContain('example.com');
  });

  test('a factory gives the client', async () => {
    const { client, prefix } = redis;
    @Module({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: ':memory:',
          entities: [User],
          synchronize: true,
        }),
        UsersModule.forRootAsync({
          entities: { user: User },
          requireVerification: false,
          backends: [{ name: 'kiosk', transport: bearer(), strategy: redisStrategy({ client: {} }) }],
          useFactory: () => ({
            secret: SECRET,
            backends: { kiosk: { client, prefix } },
            limits: { redis: client, prefix },
          }),
        }),
      ],
    })
    class HostModule {}
    const app = await NestFactory.createApplicationContext(HostModule, { logger: false });
    const ada = await app.get(UsersService).addUser({ email: 'ada@example.com', password: PASSWORD });
    expect(ada.email).toBe('ada@example.com');
    await app.close();
  });
});
