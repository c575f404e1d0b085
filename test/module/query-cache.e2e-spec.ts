import { hash, randomBytes } from 'node:crypto';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { bearer, cookie, database as databaseStrategy, jwt, RolesAccepted, RolesService } from 'nestjs-users';
import { DataSource, type DataSourceOptions, type Repository } from 'typeorm';
import { escapedTable } from '../../lib/database/dialect.js';
import { Database } from '../../lib/database/database.js';
import { createDatabase, type Database as Kind } from '../support/databases.js';
import { type Host, type HostOptions, leaveOut, onEachHost, PASSWORD } from '../support/host.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { clientOf, PAGE, Visitor, withProviders } from '../support/oauth2.js';
import { ofToday } from '../support/profiles.js';
import { connectRedis, isRedisUnderTest, type TestRedis } from '../support/redis.js';
import type { OwnServer } from '../support/server-process.js';
import { startRedis } from '../support/servers.js';
import { Member, MemberSession, Role, User } from '../support/users.js';

type Cache = Exclude<NonNullable<DataSourceOptions['cache']>, boolean>;

/** As long as a test takes, and longer: whatever is cached is seen again. */
const ALWAYS: Cache = { alwaysEnabled: true, duration: 600_000 };
const NEW = 'another battery staple';
const ADA = { email: 'ada@example.com', password: PASSWORD };

const BACKENDS: NonNullable<HostOptions['backends']> = [
  { name: 'jwt', transport: bearer(), strategy: jwt() },
  { name: 'web', transport: cookie(), strategy: databaseStrategy() },
];
const WITH_ROLES: HostOptions = {
  user: Member,
  role: Role,
  roleManagement: {},
  userManagement: {},
};

@Controller('reports')
@UseGuards(RolesAccepted('analyst'))
class ReportsController {
  @Get()
  list() {
    return [];
  }
}

let acme: HostileProvider;
let redis: OwnServer | undefined;

beforeAll(async () => {
  acme = await startHostileProvider();
  if (isRedisUnderTest) redis = await startRedis();
});
afterAll(async () => {
  await acme.close();
  await redis?.stop();
});

interface Store {
  cache: Cache;
  /** What is in the store. */
  content: (host: Host) => Promise<unknown>;
}

const TABLE: Store = {
  cache: { ...ALWAYS, type: 'database' },
  async content({ app }) {
    const source = app.get(DataSource);
    const { schema } = source.options as { schema?: string };
    const table = [schema, 'query-result-cache'].filter(Boolean).join('.');
    return source.query<unknown[]>(`SELECT * FROM ${escapedTable(source, table)}`);
  },
};

onEachHost((boot, _adapter, kind) => {
  describe('with a query cache that is always on, in a table', () => promises(boot, kind, () => TABLE));

  describe.each(ofToday(['redis', 'ioredis'] as const))(
    'with a query cache that is always on, in %s',
    (type) => {
      if (!isRedisUnderTest) {
        leaveOut('redis');
        return;
      }
      let client: TestRedis;
      beforeEach(async () => {
        client = await connectRedis('ioredis', redis?.url);
        await client.command('FLUSHALL');
      });
      afterEach(() => client.close());
      promises(boot, kind, () => {
        const options = type === 'redis' ? { url: redis?.url } : { port: redis?.port, host: '127.0.0.1' };
        return { cache: { ...ALWAYS, type, options }, content: () => client.command('KEYS', '*') };
      });
    },
  );
});

function promises(boot: (options?: HostOptions) => Promise<Host>, kind: Kind, store: () => Store): void {
  const cachingHost = async (options: HostOptions = {}, source: Partial<DataSourceOptions> = {}) => {
    const { options: own, drop } = await createDatabase(kind);
    const place = { drop, options: { ...own, ...source, cache: store().cache } as DataSourceOptions };
    return boot({ ...options, place });
  };

  test('the host reads by it, and this library does not, in whatever way TypeORM reads', async () => {
    const host = await cachingHost(WITH_ROLES);
    const { users, addUser, app } = host;
    const roles = app.get(RolesService);
    const { id } = (await addUser()) as Member;
    const role = await roles.addRole({ name: 'analyst' });
    await roles.assignRole(id, role.id);
    const own = app.get(Database).repository(Member);
    const all = async () => [
      ...(await readings(own, id)),
      ...(await readings(app.get(Database).listings(Member), id)),
    ];
    const before = await all();
    await users.findOneBy({ id });
    expect(await store().content(host)).toHaveLength(1);

    await own.update({ id }, { email: 'lovelace@example.com' });
    await roles.revokeRole(id, role.id);
    expect((await users.findOneBy({ id }))?.email).toBe(ADA.email);
    const after = await all();
    for (const [index, reading] of after.entries())
      expect([index, reading]).not.toEqual([index, before[index]]);
    expect(await store().content(host)).toHaveLength(1);
  });

  test.each([
    ['a JWT', 'jwt', {}],
    ['a JWT with a session', 'jwt', { session: MemberSession, backends: BACKENDS }],
    ['a stored token', 'web', { session: MemberSession, backends: BACKENDS }],
  ])('%s ends with a logout and a deactivation, on the next request', async (_, backend, more) => {
    const host = await cachingHost({ ...WITH_ROLES, ...more });
    const { api, addUser, service } = host;
    const user = await addUser();
    const out = await api.loggedIn(ADA.email, PASSWORD, backend);
    await out.get('/users/me').expect(200);
    await out.post(`/auth/${backend}/logout`).expect(204);
    await out.get('/users/me').expect(401);

    const [first, second] = [
      await api.loggedIn(ADA.email, PASSWORD, backend),
      await api.loggedIn(ADA.email, PASSWORD, backend),
    ];
    for (const each of [first, second]) await each.get('/users/me').expect(200);
    await first.post(`/auth/${backend}/logout-all`).expect(204);
    for (const each of [first, second]) await each.get('/users/me').expect(401);

    const last = await api.loggedIn(ADA.email, PASSWORD, backend);
    await last.get('/users/me').expect(200);
    await service.updateUser(user.id, { isActive: false });
    await last.get('/users/me').expect(401);
    await api.post(`/auth/${backend}/login`, ADA).expect(400);
    expect(await store().content(host)).toEqual([]);
  });

  test('after a reset the old password fails and the new one works; a link works once', async () => {
    const host = await cachingHost();
    const { api, addUser, outbox, settled } = host;
    await addUser();
    await api.login(ADA.email, PASSWORD);
    await api.post('/auth/forgot-password', ADA).expect(202);
    await settled();
    const { token } = outbox.last();
    await api.post('/auth/reset-password', { token, password: NEW }).expect(200);

    await api.post('/auth/jwt/login', ADA).expect(400);
    await api.login(ADA.email, NEW);
    await api.post('/auth/reset-password', { token, password: PASSWORD }).expect(400);
    expect(await store().content(host)).toEqual([]);
  });

  test.each(['join', 'query'] as const)('a role that is revoked opens nothing, loaded by %s', async (how) => {
    const controllers = [ReportsController];
    const host = await cachingHost({ ...WITH_ROLES, host: { controllers } }, { relationLoadStrategy: how });
    const { api, app, addUser } = host;
    const roles = app.get(RolesService);
    const [user, role] = [await addUser(), await roles.addRole({ name: 'analyst' })];
    const ada = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
    await ada.get('/reports').expect(403);
    await roles.assignRole(user.id, role.id);
    await ada.get('/reports').expect(200);
    await roles.revokeRole(user.id, role.id);
    await ada.get('/reports').expect(403);
    expect(await store().content(host)).toEqual([]);
  });

  test('a code and a state work once, and a link that is removed logs nobody in', async () => {
    const host = await cachingHost({
      ...withProviders([clientOf('acme', acme)]),
      backends: BACKENDS.slice(0, 1),
    });
    acme.claims = { sub: 'ada', email: ADA.email, email_verified: true };
    const exchange = await codeFor(host);
    await host.api.post('/auth/acme/token', exchange).expect(200);
    await host.api.post('/auth/acme/token', exchange).expect(400, /OAUTH_INVALID_CODE/);
    const user = await host.repository.findByEmail(ADA.email);
    await host.service.updateUser(user?.id as string, { password: PASSWORD });

    const ada = await host.api.loggedIn(ADA.email, PASSWORD, 'jwt');
    const { items } = (await ada.get('/users/me/oauth-accounts').expect(200)).body as {
      items: { id: string }[];
    };
    await ada.delete(`/users/me/oauth-accounts/${items[0]?.id}`).expect(204);
    expect((await ada.get('/users/me/oauth-accounts').expect(200)).body).toEqual({ items: [] });
    await host.app
      .get(Database)
      .repository(User)
      .update({ id: user?.id as string }, { isVerified: true });
    acme.claims = { sub: 'ada', email: ADA.email, email_verified: false };
    const again = await back(new Visitor(host));
    expect(again).toMatchObject({ status: 400, body: { detail: 'OAUTH_USER_ALREADY_EXISTS' } });
    expect(await store().content(host)).toEqual([]);
  });

  test('lists show what is, and nothing of any feature is in the store', async () => {
    const host = await cachingHost({ ...WITH_ROLES, session: MemberSession, backends: BACKENDS });
    const { api: root, user } = await host.login({ email: 'root@example.com', isSuperuser: true });
    const shown = ['/users', '/users?page=1&count=true', '/users?search=ro', '/users/roles'];
    const others = ['/users/me', '/users/me/sessions', `/users/${user.id}`, `/users/${user.id}/sessions`];
    for (const path of [...shown, ...others]) await root.get(path).expect(200);
    await root.post('/users', { email: 'rose@example.com', password: PASSWORD }).expect(201);
    await root.post('/users/roles', { name: 'clerk' }).expect(201);
    for (const path of shown) await root.get(path).expect(200, /rose@example.com|clerk/);
    expect(await store().content(host)).toEqual([]);
  });
}

/** What each way to read says of a user; it depends on the address or on the roles. */
async function readings(members: Repository<Member>, id: string): Promise<unknown[]> {
  const where = { email: ADA.email };
  const [relations, order] = [{ roles: true }, { createdAt: 'ASC' } as const];
  const select = () => members.createQueryBuilder('user').where('user.email = :email', where);
  const [relation] = members.metadata.manyToManyRelations;
  const table = relation?.junctionEntityMetadata?.tablePath as string;
  const holders = escapedTable(members.manager.dataSource, table);
  const ways: (() => Promise<unknown>)[] = [
    () => members.find({ where }),
    () => members.findOne({ where: { id }, relations }),
    () => members.findOne({ where: { id }, relations, relationLoadStrategy: 'query' }),
    () => members.findAndCount({ where, relations, order, take: 1, skip: 0 }),
    () => members.countBy(where),
    () => members.existsBy(where),
    () => select().getRawMany(),
    () => select().getCount(),
    () => select().loadAllRelationIds().getOne(),
    () => members.createQueryBuilder().relation('roles').of(id).loadMany(),
    () => members.manager.transaction((manager) => manager.find(Member, { where })),
    () => members.manager.query(`SELECT COUNT(*) AS count FROM ${holders}`),
  ];
  const results: unknown[] = [];
  for (const way of ways) results.push(await way());
  return results;
}

const back = async (visitor: Visitor, query = '') =>
  visitor.back(acme.authorize(await visitor.authorize(`/auth/acme/authorize${query}`)));

/** A page's code, and what it is exchanged with. */
async function codeFor(host: Host) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = hash('sha256', verifier, 'base64url');
  const query = new URLSearchParams({ redirect_to: PAGE, code_challenge: challenge }).toString();
  const { location } = await back(new Visitor(host), `?${query}`);
  const code = location?.searchParams.get('code') ?? '';
  host.scan.plantForLogs(code);
  return { code, code_verifier: verifier };
}
