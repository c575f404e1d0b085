import { type INestApplication, Module, type Type, type ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type BaseOAuthAccount,
  type BaseOneTimeToken,
  type BaseRole,
  type BaseSession,
  type BaseUser,
  UsersHooks,
  UsersModule,
  type UsersModuleOptions,
  UsersRepository,
  UsersService,
} from 'nestjs-users';
import { DataSource, type Repository } from 'typeorm';
import { Background } from '../../lib/common/background.js';
import { Api } from './api.js';
import { createDatabase, type Database, databasesUnderTest, type TestDatabase } from './databases.js';
import { AppUsersService, Outbox } from './outbox.js';
import { QueryLog } from './query-log.js';
import { SecretsScan } from './secrets-scan.js';
import { User } from './users.js';

export const SECRET = 'planted-secret-0123456789-0123456789';
export const PASSWORD = 'correct horse battery';

export const ADAPTERS = ['express', 'fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

export interface HostOptions extends Partial<Omit<UsersModuleOptions, 'entities' | 'service'>> {
  user?: Type<BaseUser>;
  /** Overrides hooks of the host's service. */
  hooks?: Partial<UsersHooks>;
  /** What else the host application consists of. */
  host?: ModuleMetadata;
  session?: Type<BaseSession>;
  role?: Type<BaseRole>;
  oauthAccount?: Type<BaseOAuthAccount>;
  oneTimeToken?: Type<BaseOneTimeToken>;
  /** Entities beside the user and the session. */
  entities?: Type[];
  /** A database of the test's own. Default: one of the kind under test. */
  place?: TestDatabase;
  /** What happens to the application before it starts. */
  prepare?: (app: INestApplication) => unknown;
}

/** Every feature of the library, cheap hashes, and users who may log in unverified. */
const DEFAULTS = {
  secret: SECRET,
  requireVerification: false,
  limits: false,
  passwords: { argon2id: { memoryKibibytes: 64, passes: 1 }, bcrypt: { rounds: 4 } },
  auth: {},
  registration: {},
  verification: {},
  passwordReset: {},
  currentUser: {},
  userManagement: {},
} satisfies Partial<UsersModuleOptions>;

/** A host application on one adapter and one database. */
export interface Host {
  app: INestApplication;
  api: Api;
  outbox: Outbox;
  scan: SecretsScan;
  queries: QueryLog;
  service: UsersService;
  users: Repository<BaseUser>;
  /** Where the host has a session entity. */
  sessions: Repository<BaseSession> | undefined;
  repository: UsersRepository;
  /** Waits for mails that are under way. */
  settled: () => Promise<void>;
  /** A user who can log in with {@link PASSWORD}. */
  addUser: (fields?: Partial<BaseUser> & { password?: string }) => Promise<BaseUser>;
  /** As {@link addUser}, and an access token of theirs. */
  login: (
    fields?: Partial<BaseUser> & { password?: string },
  ) => Promise<{ user: BaseUser; token: string; api: Api }>;
}

export type Boot = (options?: HostOptions) => Promise<Host>;

type DescribeTests = (host: Boot, adapter: Adapter, database: Database) => void;

/** Runs the tests on every adapter and every database under test, each with a `host()` that boots there. */
export function onEachHost(describeTests: DescribeTests): void {
  for (const database of databasesUnderTest()) onEachAdapter(database, describeTests);
}

/** As {@link onEachHost}, for what is no matter of the database, or of one alone. */
export function onEachAdapter(database: Database, describeTests: DescribeTests): void {
  if (!databasesUnderTest().includes(database)) {
    leaveOut(database);
    return;
  }
  for (const adapter of ADAPTERS) {
    describe(`${adapter}, ${database}`, () => {
      const close: (() => Promise<void>)[] = [];
      afterEach(async () => {
        for (const each of close.splice(0)) await each();
      });
      describeTests((options) => boot(adapter, database, options ?? {}, close), adapter, database);
    });
  }
}

/** In place of the tests that need what the run does not have. */
export function leaveOut(what: string): void {
  // oxlint-disable-next-line jest/expect-expect, jest/no-disabled-tests -- its name is the reason, and is printed
  test.skip(`nothing: TEST_DATABASES leaves out ${what}`, () => undefined);
}

async function boot(
  adapter: Adapter,
  database: Database,
  options: HostOptions,
  close: (() => Promise<void>)[],
): Promise<Host> {
  const {
    user = User,
    session,
    role,
    oauthAccount,
    oneTimeToken,
    hooks = {},
    host = {},
    entities = [],
    place: given,
    prepare,
    ...module
  } = options;
  const own = {
    user,
    ...(session && { session }),
    ...(role && { role }),
    ...(oauthAccount && { oauthAccount }),
    ...(oneTimeToken && { oneTimeToken }),
  };
  const place = given ?? (await createDatabase(database));
  close.push(place.drop);
  const outbox = new Outbox();
  const scan = new SecretsScan();
  const queries = new QueryLog();

  class HostUsersService extends AppUsersService {}
  Object.assign(HostUsersService.prototype, hooks);
  Reflect.defineMetadata('design:paramtypes', [Outbox], HostUsersService);

  @Module({ providers: [{ provide: Outbox, useValue: outbox }], exports: [Outbox] })
  class MailModule {}

  @Module({
    ...host,
    imports: [
      TypeOrmModule.forRoot({
        ...place.options,
        entities: [...Object.values(own), ...entities],
        synchronize: true,
        logging: true,
        logger: queries,
        retryAttempts: 0,
      }),
      UsersModule.forRoot({
        ...DEFAULTS,
        ...module,
        entities: own,
        service: HostUsersService,
        imports: [MailModule, ...(module.imports ?? [])],
      }),
      ...(host.imports ?? []),
    ],
  })
  class HostModule {}

  const testing = await Test.createTestingModule({ imports: [HostModule] })
    .setLogger(scan)
    .compile();
  const app = testing.createNestApplication(
    adapter === 'express' ? new ExpressAdapter() : (new FastifyAdapter() as never),
  );
  await prepare?.(app);
  await app.listen(0, '127.0.0.1');
  close.unshift(async () => {
    await app.close();
    for (const mail of outbox.mails) scan.plant(mail.token);
    scan.assertNothingLeaked();
  });
  for (const secret of [module.secret ?? SECRET].flat()) scan.plant(secret);

  const api = new Api(await app.getUrl(), scan);
  const service = app.get(UsersService);
  const addUser: Host['addUser'] = ({ isVerified = true, isActive = true, ...fields } = {}) =>
    service.addUser(
      { email: 'ada@example.com', password: PASSWORD, ...fields },
      { verify: isVerified, activate: isActive },
    );
  return {
    app,
    api,
    outbox,
    scan,
    queries,
    service,
    users: app.get(DataSource).getRepository<BaseUser>(user),
    sessions: session && app.get(DataSource).getRepository<BaseSession>(session),
    repository: app.get(UsersRepository),
    settled: () => app.get(Background).idle(),
    addUser,
    async login(fields = {}) {
      const added = await addUser(fields);
      const token = await api.login(added.email, fields.password ?? PASSWORD);
      return { user: added, token, api: api.as(token) };
    },
  };
}
