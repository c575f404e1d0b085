import { type INestApplication, Module } from '@nestjs/common';
import {
  type BackendOptions,
  bearer,
  cookie,
  database,
  jwt,
  redis as redisStrategy,
  UsersModule,
} from 'nestjs-users';
import { addUserAndLogIn } from './login.js';
import { ioRedis, nodeRedis } from './redis.js';
import { Session } from './session.entity.js';
import { database as sqlite, User } from './user.entity.js';

/** A prefix of its own; the key of a server that was killed ends with its lifetime. */
const onRedis = (client: object) => redisStrategy({ client, prefix: 'nestjs-users:benchmark:' });

interface Variant {
  strategy: BackendOptions['strategy'];
  transport?: BackendOptions['transport'];
  session?: typeof Session;
}

/** A function each: Redis is asked for where it is measured, and nowhere else. */
const VARIANTS: Record<string, () => Variant | Promise<Variant>> = {
  jwt: () => ({ strategy: jwt() }),
  'jwt with sessions': () => ({ strategy: jwt(), session: Session }),
  database: () => ({ strategy: database(), session: Session }),
  'database by cookie': () => ({ strategy: database(), session: Session, transport: cookie() }),
  'redis on redis': async () => ({ strategy: onRedis(await nodeRedis()) }),
  'redis on ioredis': async () => ({ strategy: onRedis(await ioRedis()) }),
};

const variant = VARIANTS[process.argv[4]];
const { strategy, session, transport = bearer() } = await variant();
const name = 'measured';

@Module({
  imports: [
    sqlite(),
    UsersModule.forRoot({
      secret: 'WVyM3UAEirG7zsrX6nM3rhIfOvtEpSNpYr83GLF6D4n-',
      entities: { user: User, session },
      requireVerification: false,
      backends: [{ name, transport, strategy }],
      auth: {},
      currentUser: {},
    }),
  ],
})
export class AppModule {}

export const seed = (app: INestApplication) => addUserAndLogIn(app, name);
