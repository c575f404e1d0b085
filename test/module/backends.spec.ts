import { Controller, Get, UseGuards } from '@nestjs/common';
import { Cluster, Redis as IoRedis } from 'ioredis';
import {
  Authenticated,
  bearer,
  cookie,
  database,
  jwt,
  redis as redisStrategy,
  UuidSession,
} from 'nestjs-users';
import {
  Column,
  Entity,
  ManyToOne,
  OneToOne,
  JoinColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { startModule, refusal } from '../support/boot.js';
import { NumberedUser, Session, User } from '../support/users.js';

const withCookie = (options: object) => ({
  backends: [{ name: 'web', transport: cookie(options), strategy: jwt() }],
});
const withDatabase = (options: object) => ({
  backends: [{ name: 'web', transport: bearer(), strategy: database(options) }],
  entities: { user: User, session: Session },
});
const withRedis = (options: object) => ({
  backends: [{ name: 'kiosk', transport: bearer(), strategy: redisStrategy(options as never) }],
});

const withPaths = (...paths: unknown[]) => ({
  backends: paths.map((path, index) => ({ name: `b${index}`, path, transport: bearer(), strategy: jwt() })),
});

describe('a host’s mistake stops the boot with a sentence that names option and mend', () => {
  test.each([
    [
      withPaths('a/'),
      /backends\.b0\.path must have only letters, digits, hyphens and slashes between them, or be ''/,
    ],
    [withPaths('/a'), /backends\.b0\.path must have only letters/],
    [withPaths(':id'), /backends\.b0\.path must have only letters/],
    [withPaths(1), /backends\.b0\.path must have only letters/],
    [withPaths('', ''), /backends\.b1\.path '' is also the path of another backend; paths must differ/],
    [
      withPaths(undefined, 'B0'),
      /backends\.b1\.path B0 is also the path of another backend; paths must differ/,
    ],
    [withCookie({ sameSite: 'none', secure: false }), /backends\.web\.sameSite none needs secure: true/],
    [withCookie({ sameSite: 'loose' }), /backends\.web\.sameSite must be strict, lax or none/],
    [
      withCookie({ name: '__Host-sid', domain: 'example.com' }),
      /backends\.web\.name begins with __Host-, which needs secure: true, the path \/ and no domain/,
    ],
    [withCookie({ name: '__Host-sid', path: '/users' }), /backends\.web\.name begins with __Host-/],
    [withCookie({ name: '__host-sid', secure: false }), /backends\.web\.name begins with __Host-/],
    [
      withCookie({ name: '__Secure-sid', secure: false }),
      /backends\.web\.name begins with __Secure-, which needs secure: true/,
    ],
    [withCookie({ name: 'a b' }), /backends\.web\.name must be a cookie name/],
    [withCookie({ name: '' }), /backends\.web\.name must be a cookie name/],
    [withCookie({ path: 'users' }), /backends\.web\.path must begin with a slash/],
    [withCookie({ path: '/a;b' }), /backends\.web\.path must begin with a slash/],
    [withCookie({ domain: 'https://example.com' }), /backends\.web\.domain must be a domain name/],
    [withCookie({ secure: 'yes' }), /backends\.web\.secure must be true or false/],
    [withCookie({ httpOnly: 1 }), /backends\.web\.httpOnly must be true or false/],
    [withCookie({ requireOrigin: 1 }), /backends\.web\.requireOrigin must be true or false/],
    [withCookie({ maxAgeSeconds: 0 }), /backends\.web\.maxAgeSeconds must be a whole number/],
    ...[
      '*',
      'app.example.com',
      'https://app.example.com/',
      'https://*.example.com',
      'null',
      'https://APP.example.com',
      undefined,
    ].map(
      (origin) =>
        [
          withCookie({ allowedOrigins: [origin] }),
          /backends\.web\.allowedOrigins must list origins .*; ("[^"]+"|undefined) is none\.$/,
        ] as const,
    ),
    [
      withCookie({ allowedOrigins: 'https://app.example.com' }),
      /backends\.web\.allowedOrigins must be a list of origins/,
    ],
    [
      withCookie({ samesite: 'lax' }),
      /the option backends\.web: cookie\(\)\.samesite does not exist; the options here are name/,
    ],
    [
      { backends: [{ name: 'web', transport: bearer(), strategy: database() }] },
      /backends\.web: database\(\) needs entities\.session/,
    ],
    [withDatabase({ idleSeconds: 60 }), /backends\.web\.idleSeconds must be a whole number from 120 to 3600/],
    [
      withDatabase({ idleSeconds: 4000 }),
      /backends\.web\.idleSeconds must be a whole number from 120 to 3600/,
    ],
    [withDatabase({ idle: 4000 }), /backends\.web: database\(\)\.idle does not exist/],
    [
      { backends: ['one', 'two'].map((name) => ({ name, transport: cookie(), strategy: jwt() })) },
      /backends\.two: cookie\(\) has the name __Host-session, like the cookie of one; give one of them another name/,
    ],
    [withRedis({}), /backends\.kiosk\.client is missing; give redis\(\) a Redis client/],
    ...(['slave', 'all'] as const).map(
      (scaleReads) =>
        [
          withRedis({ client: new Cluster([], { lazyConnect: true, scaleReads }) }),
          /backends\.kiosk\.client reads from replicas, .* with scaleReads 'master'/,
        ] as const,
    ),
    [
      { limits: { redis: new IoRedis({ lazyConnect: true, role: 'slave' }) } },
      /limits\.redis reads from replicas, .* role 'master'/,
    ],
    [withRedis({ client: {} }), /backends\.kiosk\.client must be a client of the package redis or ioredis/],
    [
      { backends: [{ name: 'a', transport: bearer(), strategy: jwt({ issuer: '' }) }] },
      /backends\.a\.issuer must be a text that is not empty/,
    ],
    ...Object.entries({ bearer, cookie }).map(([name, transport]) => [
      { backends: [{ name: 'web', transport, strategy: jwt() }] },
      new RegExp(`backends\\.web\\.transport: ${name} lacks its parentheses; write ${name}\\(\\)\\.$`),
    ]),
    ...Object.entries({ jwt, database, redis: redisStrategy }).map(([name, strategy]) => [
      { backends: [{ name: 'web', transport: bearer(), strategy }] },
      new RegExp(`backends\\.web\\.strategy: ${name} lacks its parentheses; write ${name}\\(\\)\\.$`),
    ]),
    [
      { backends: [{ name: 'web', transport: jwt(), strategy: bearer() }] },
      /backends\.web\.transport is jwt\(\), which is not a transport; give it bearer\(\) or cookie\(\)/,
    ],
    [
      { backends: [{ name: 'web', transport: bearer(), strategy: cookie() }] },
      /backends\.web\.strategy is cookie\(\), which is not a strategy; give it jwt\(\)/,
    ],
    [
      { backends: [{ name: 'web', transport: 'bearer', strategy: jwt() }] },
      /backends\.web\.transport must be bearer\(\) or cookie\(\), or a class of your own/,
    ],
    [
      { backends: [{ name: 'web', transport: () => bearer(), strategy: jwt() }] },
      /backends\.web\.transport must be a class, or the result of a function such as jwt\(\)/,
    ],
    [{ limits: 'none' }, /limits must be an object of limits, or false to turn them off/],
    [{ limits: { logins: false } }, /the option limits\.logins does not exist; the options here are redis/],
    [
      { limits: { login: { attempts: 0, windowSeconds: 60 } } },
      /limits\.login\.attempts must be a whole number from 1/,
    ],
    [{ limits: { login: { attempts: 5 } } }, /limits\.login\.windowSeconds must be a whole number from 1/],
    [
      { limits: { login: { attempts: 5, windowSeconds: 60, block: 1 } } },
      /the option limits\.login\.block does not exist/,
    ],
    [{ limits: { redis: {} } }, /limits\.redis must be a client of the package redis or ioredis/],
    [{ trustedProxies: true }, /trustedProxies must be a whole number from 0/],
    [{ databaseTimeoutSeconds: 0 }, /databaseTimeoutSeconds must be a whole number from 1/],
    [{ entities: { user: User, session: 'Session' } }, /entities\.session must be the class of your entity/],
    [
      { entities: { user: NumberedUser, session: Session } },
      /entities\.session: Session has no relation user to NumberedUser; declare @ManyToOne/,
      [User],
    ],
  ] as [object, RegExp, (typeof User)[]?][])('%#: %j', async (options, sentence, entities = []) => {
    const message = await refusal(options, entities);
    expect(message).toMatch(sentence);
    expect(message.match(/[.!?](\s|$)/g)).toHaveLength(1);
  });

  test('a guard that names no backend', async () => {
    @Controller()
    class Reports {
      @Get()
      @UseGuards(Authenticated({ backends: ['web', 'jwt'] }))
      list(): void {}
    }
    expect(await refusal({}, [], [Reports])).toMatch(
      /Authenticated\(\{ backends \}\) at Reports\.list names web; the backends are jwt\./,
    );
  });

  test('a session entity whose user would be kept, or left behind', async () => {
    @Entity('kept')
    class Kept extends UuidSession {
      @ManyToOne(() => User, { nullable: false })
      user!: Relation<User>;
    }
    @Entity('left')
    class Left extends UuidSession {
      @ManyToOne(() => User, { onDelete: 'CASCADE' })
      user!: Relation<User>;
    }
    @Entity('single')
    class Single extends UuidSession {
      @OneToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      @JoinColumn()
      user!: Relation<User>;
    }
    for (const session of [Kept, Left]) {
      expect(await refusal({ entities: { user: User, session } })).toMatch(
        /entities\.session: \w+\.user would prevent the deletion of users or leave rows without a user; declare @ManyToOne\(\(\) => User, \{ onDelete: 'CASCADE', nullable: false \}\) user\.$/,
      );
    }
    expect(await refusal({ entities: { user: User, session: Single } })).toMatch(
      /Single has no relation user to User/,
    );
  });

  test('a session entity of the host’s own making', async () => {
    @Entity('bare_session')
    class Bare {
      @PrimaryGeneratedColumn('uuid')
      id!: string;

      @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<User>;
    }
    expect(await refusal({ entities: { user: User, session: Bare } })).toMatch(
      /entities\.session: Bare has no column tokenHash; extend UuidSession or IntSession/,
    );
    @Entity('open_session')
    class Open extends UuidSession {
      @Column({ type: 'varchar', length: 64, nullable: true, unique: true })
      override tokenHash?: string | null;

      @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<User>;
    }
    await startModule({ entities: { user: User, session: Session } });
    expect(await refusal({ entities: { user: User, session: Open } })).toMatch(
      /tokenHash of Open must have select: false/,
    );
  });
});
