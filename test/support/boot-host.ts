import {
  Injectable,
  type INestApplication,
  Logger,
  Module,
  type Type,
  type ModuleMetadata,
  Scope,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type BaseOAuthAccount,
  type BaseOneTimeToken,
  type BaseRole,
  type BaseSession,
  type BaseUser,
  settled,
  UsersHooks,
  UsersModule,
  type UsersModuleOptions,
  UsersRepository,
  UsersService,
} from 'nestjs-users';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { DataSource, type ObjectLiteral, type Repository } from 'typeorm';
import { viewOf } from '../../lib/database/data-source-view.js';
import { Api } from './api.js';
import type { TestDatabase } from './databases.js';
import { AppUsersService, Outbox } from './outbox.js';
import { furnish, HARSH_PROVIDERS, HARSH_WIRE, harshDataSource, harshOAuth2 } from './harsh-host.js';
import { harshEntities, startIdsHigh } from './harsh-entities.js';
import { ownLease, type Places } from './places.js';
import type { Combination, Profile } from './profiles.js';
import type { RunningHost } from './kept-hosts.js';
import { QueryLog } from './query-log.js';
import { SecretsScan } from './secrets-scan.js';
import { SeenAnswers } from './seen-answers.js';
import { User } from './users.js';

export const SECRET = 'klm6WtLf3zlzPE9cgafjiOgDkjRp8o5sRVG5s8UPKF6r';
export const PASSWORD = 'correct horse battery';

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
  /** A plain host on every profile, for a test that sets itself what a harsh host has. */
  plain?: true;
  /** A host that no test had before, for a test of what lasts in memory. */
  fresh?: true;
  /** What a test overrides before the application is made. */
  override?: (builder: TestingModuleBuilder) => unknown;
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
  profile: Profile;
  /** What ids are: text, but for the integers of a harsh host on SQLite. */
  idType: typeof String | typeof Number;
  api: Api;
  outbox: Outbox;
  scan: SecretsScan;
  queries: QueryLog;
  service: UsersService;
  users: Repository<BaseUser>;
  /** Where the host has a session entity. */
  sessions: Repository<BaseSession> | undefined;
  repository: UsersRepository;
  /** The rows of an entity, or of what stands for it on this host, as they are: from no cache, no replica. */
  rows: <Entity extends ObjectLiteral>(entity: Type<Entity>) => Repository<Entity>;
  /** Waits for mails that are under way. */
  settled: () => Promise<void>;
  /** A user who can log in with {@link PASSWORD}. */
  addUser: (fields?: Partial<BaseUser> & { password?: string }) => Promise<BaseUser>;
  /** Somebody with the address of a user who was deleted: another, or, where the row stays, the same. */
  addAgain: (
    deleted: Pick<BaseUser, 'id' | 'email'>,
    fields?: Partial<BaseUser> & { password?: string },
  ) => Promise<BaseUser>;
  /** As {@link addUser}, and an access token of theirs. */
  login: (
    fields?: Partial<BaseUser> & { password?: string },
  ) => Promise<{ user: BaseUser; token: string; api: Api }>;
}

export type Boot = (options?: HostOptions) => Promise<Host>;

/** Starts a host. */
export async function boot(
  { adapter, database, profile, readsLists = false }: Combination & { readsLists?: boolean | undefined },
  places: Places,
  options: HostOptions,
): Promise<RunningHost> {
  const {
    user: plainUser = User,
    session,
    role,
    oauthAccount,
    oneTimeToken,
    hooks = {},
    host: more = {},
    entities = [],
    place: ownPlace,
    plain,
    fresh: _,
    override,
    prepare,
    ...module
  } = options;
  const isHarsh = profile === 'harsh' && !plain;
  // Entities of a suite's own are related to those of the tests, not to what stands for them.
  const counterparts = isHarsh && entities.length === 0 ? harshEntities(database) : undefined;
  const entityFor = <Entity>(entity: Type<Entity>) => (counterparts?.get(entity) ?? entity) as Type<Entity>;
  const given = Object.entries({ session, role, oauthAccount, oneTimeToken }).filter(([, entity]) => entity);
  const own = {
    user: entityFor(plainUser),
    ...Object.fromEntries(given.map(([name, entity]) => [name, entityFor(entity as Type)])),
  };
  const shape = [isHarsh, ...Object.values(own), ...entities];
  const lease = ownPlace ? ownLease(ownPlace) : await places.lease(shape);
  const { place } = lease;
  const release = () => lease.release(!queries.changesTables);
  const outbox = new Outbox();
  const scan = new SecretsScan();
  const queries = new QueryLog();

  class HostUsersService extends AppUsersService {}
  Object.assign(HostUsersService.prototype, hooks);
  if (isHarsh) Injectable({ scope: Scope.REQUEST })(HostUsersService);
  Reflect.defineMetadata('design:paramtypes', [Outbox], HostUsersService);

  @Module({ providers: [{ provide: Outbox, useValue: outbox }], exports: [Outbox] })
  class MailModule {}

  @Module({
    ...more,
    providers: [...(more.providers ?? []), ...(isHarsh ? HARSH_PROVIDERS : [])],
    imports: [
      TypeOrmModule.forRoot({
        ...(isHarsh ? harshDataSource(place.options, readsLists) : place.options),
        entities: [...Object.values(own), ...entities],
        synchronize: lease.isFresh,
        logging: true,
        logger: queries,
        retryAttempts: 0,
      }),
      UsersModule.forRoot({
        ...DEFAULTS,
        ...module,
        ...(isHarsh && module.oauth2 && { oauth2: harshOAuth2(module.oauth2) }),
        entities: own,
        service: HostUsersService,
        imports: [MailModule, ...(module.imports ?? [])],
      }),
      ...(more.imports ?? []),
    ],
  })
  class HostModule {}

  const builder = Test.createTestingModule({ imports: [HostModule] }).setLogger(scan);
  override?.(builder);
  const testing = await builder.compile().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const app = testing.createNestApplication(
    adapter === 'express' ? new ExpressAdapter() : (new FastifyAdapter() as never),
  );
  if (isHarsh) furnish(app);
  await prepare?.(app);
  await app.listen(0, '127.0.0.1');

  new SeenAnswers(app).watch(app.getHttpServer() as Server);
  const api = new Api(await app.getUrl(), scan, {}, isHarsh ? HARSH_WIRE : undefined);
  const service = await app.resolve(UsersService);
  const addUser: Host['addUser'] = ({ isVerified = true, isActive = true, ...fields } = {}) =>
    service.addUser(
      { email: 'ada@example.com', password: PASSWORD, ...fields },
      { verify: isVerified, activate: isActive },
    );
  const source = app.get(DataSource);
  if (counterparts && lease.isFresh && !ownPlace) await startIdsHigh(source, [...counterparts.values()]);
  lease.keep(source);
  queries.changesTables = false;
  const view = isHarsh ? viewOf(source, 'master') : source;
  const rows: Host['rows'] = (entity) => view.getRepository(entityFor(entity));
  const host: Host = {
    app,
    profile: isHarsh ? 'harsh' : 'plain',
    idType: counterparts && database === 'sqlite' ? Number : String,
    api,
    outbox,
    scan,
    queries,
    service,
    users: rows(plainUser),
    sessions: session && rows(session),
    repository: app.get(UsersRepository),
    rows,
    settled: () => settled(app),
    addUser,
    addAgain: ({ id, email }, fields) =>
      source.getMetadata(own.user).deleteDateColumn ? service.restoreUser(id) : addUser({ ...fields, email }),
    async login(fields = {}) {
      const added = await addUser(fields);
      const token = await api.login(added.email, fields.password ?? PASSWORD);
      return { user: added, token, api: api.as(token) };
    },
  };
  const server = app.getHttpServer() as Server;
  const requests = requestsOf(server);
  const assertNothingLeaked = () => {
    for (const mail of outbox.mails) scan.plant(mail.token);
    scan.assertNothingLeaked();
  };
  return {
    host,
    enter() {
      Logger.overrideLogger(scan);
      for (const secret of [module.secret ?? SECRET].flat()) scan.plant(secret);
    },
    async renew() {
      await settled(app);
      if (queries.changesTables || !server.listening || !(await requests.end())) return false;
      assertNothingLeaked();
      await lease.empty(source);
      scan.forget();
      outbox.mails.length = 0;
      return true;
    },
    async stop() {
      await app.close();
      await release();
      assertNothingLeaked();
    },
  };
}

/** Requests that a server works at. */
function requestsOf(server: Server): { end: () => Promise<boolean> } {
  const underWay = new Set<ServerResponse>();
  server.on('request', (_request, response: ServerResponse) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  return {
    /** Whether they come to an end by themselves, and soon. */
    async end() {
      for (let waits = 0; underWay.size > 0 && waits < 20; waits++) await setTimeout(5);
      return underWay.size === 0;
    },
  };
}
