import type { Type } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import {
  BaseOAuthAccount,
  BaseRole,
  BaseSession,
  BaseUser,
  bearer,
  database,
  jwt,
  redis as redisStrategy,
} from 'nestjs-users';
import {
  type ColumnOptions,
  DataSource,
  type DataSourceOptions,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  type ValueTransformer,
} from 'typeorm';
import { createDatabase, type Database } from '../support/databases.js';
import { startIdsHigh } from '../support/harsh-entities.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Boot, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';
import { clientOf, PAGE, Visitor, withProviders } from '../support/oauth2.js';
import { connectRedis, isRedisUnderTest } from '../support/redis.js';

interface IdKind {
  column: ColumnOptions;
  generated?: 'identity';
  /** The id of the first row. */
  first: number | bigint;
  /** The highest id of the column. */
  highest: bigint;
  /** What an id is in an answer. Default: text. */
  json?: typeof Number;
  driver?: object;
}

const toNumber: ValueTransformer = { to: (id: number) => id, from: Number };
const toBigInt: ValueTransformer = {
  to: (id: bigint | undefined) => id?.toString(),
  // MariaDB tells an insert's id as a number, and null where there is none.
  from: (id: string | null) => (id === null ? null : BigInt(id)),
};

const BIG = 2n ** 63n - 1n;
const ABOVE_NUMBERS = 2n ** 53n + 11n;

const KINDS: Record<Database, Record<string, IdKind>> = {
  sqlite: {
    'an integer of 64 bits': { column: {}, first: 2 ** 31, highest: 2n ** 53n - 1n, json: Number },
    'a BigInt': { column: { transformer: toBigInt }, first: 2 ** 31, highest: 2n ** 53n - 1n },
  },
  postgres: {
    'a bigint to its end': { column: { type: 'int8' }, first: BIG - 5n, highest: BIG },
    'a smallint': { column: { type: 'smallint' }, first: 32_000, highest: 2n ** 15n - 1n, json: Number },
    'an identity': { column: { type: 'bigint' }, generated: 'identity', first: 2 ** 31, highest: BIG },
    'a bigint as a number': {
      column: { type: 'bigint', transformer: toNumber },
      ...{ first: 2 ** 31, highest: BIG, json: Number },
    },
    'a bigint as a BigInt': {
      column: { type: 'bigint', transformer: toBigInt },
      ...{ first: ABOVE_NUMBERS, highest: BIG },
    },
  },
  mariadb: {
    'an unsigned int': {
      column: { type: 'int', unsigned: true },
      ...{ first: 2n ** 32n - 6n, highest: 2n ** 32n - 1n, json: Number },
    },
    'an unsigned bigint': {
      column: { type: 'bigint', unsigned: true },
      ...{ first: 2n ** 64n - 16n, highest: 2n ** 64n - 1n },
    },
    'a bigint as a BigInt': {
      column: { type: 'bigint', unsigned: false, transformer: toBigInt },
      ...{ first: ABOVE_NUMBERS, highest: BIG },
    },
    'a bigint whose driver reads text': {
      column: { type: 'bigint', unsigned: false },
      driver: { supportBigNumbers: true, bigNumberStrings: true },
      ...{ first: 2 ** 31, highest: BIG },
    },
    'a bigint of the driver mysql': {
      column: { type: 'bigint', unsigned: false },
      driver: { type: 'mysql' },
      ...{ first: ABOVE_NUMBERS, highest: BIG },
    },
  },
};

function entitiesWith({ column, generated = 'increment' as never }: IdKind) {
  const Id = () => PrimaryGeneratedColumn(generated, column as object);

  @Entity('id_role')
  class Role extends BaseRole {
    @Id()
    id!: string;
  }

  @Entity('id_user')
  class User extends BaseUser {
    @Id()
    id!: string;

    @ManyToMany(() => Role)
    @JoinTable({ name: 'id_user_role' })
    roles!: Relation<Role[]>;
  }

  @Entity('id_session')
  class Session extends BaseSession {
    @Id()
    id!: string;

    @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
    user!: Relation<User>;
  }

  return { user: User, role: Role, session: Session };
}

async function start(boot: Boot, kind: IdKind, on: Database, backends: object[]) {
  const entities = entitiesWith(kind);
  const made = await createDatabase(on);
  const place = { ...made, options: { ...made.options, ...kind.driver } as DataSourceOptions };
  const host = await boot({
    ...{ ...entities, place, roleManagement: {} },
    backends: [
      { name: 'jwt', transport: bearer(), strategy: jwt() },
      { name: 'database', transport: bearer(), strategy: database() },
      ...backends,
    ] as never,
  });
  await startIdsHigh(host.app.get(DataSource), Object.values(entities) as Type[], kind.first);
  return host;
}

onEachHost((boot, adapter, on) => {
  const kinds = Object.entries(KINDS[on]);
  // The adapter is no matter of the ids, so each has half of them.
  const own = kinds.filter((_, index) => (index % 2 === 0) === (adapter === 'express'));
  test.each(own)('every route knows ids of %s', async (_, kind) => {
    const redis = isRedisUnderTest ? await connectRedis('redis') : undefined;
    const { client, prefix } = redis ?? {};
    const more = redis
      ? [{ name: 'redis', transport: bearer(), strategy: redisStrategy({ client, prefix } as never) }]
      : [];
    const { api, addUser } = await start(boot, kind, on, more);
    const isBeyond = (id: unknown) => expect(BigInt(id as string)).toBeGreaterThanOrEqual(BigInt(kind.first));

    const registered = await api
      .post('/auth/register', { email: 'ada@example.com', password: PASSWORD })
      .expect(201);
    const { id } = registered.body;
    expect(id).toEqual(expect.any(kind.json ?? String));
    isBeyond(id);
    await addUser({ email: 'root@example.com', isSuperuser: true });
    const root = await api.loggedIn('root@example.com', PASSWORD, 'database');
    for (const backend of ['jwt', 'database', ...(redis ? ['redis'] : [])]) {
      const ada = await api.loggedIn('ada@example.com', PASSWORD, backend);
      expect((await ada.get('/users/me').expect(200)).body.id).toBe(id);
      await ada.patch('/users/me', { email: `${backend}@example.com` }).expect(200);
      await ada.patch('/users/me', { email: 'ada@example.com' }).expect(200);
      await ada.post(`/auth/${backend}/logout`).expect(204);
      await ada.get('/users/me').expect(401);
    }

    const ada = await api.loggedIn('ada@example.com', PASSWORD, 'jwt');
    await api.loggedIn('ada@example.com', PASSWORD, 'database');
    const listed = await ada.get('/users/me/sessions').expect(200);
    const { items: sessions } = listed.body as { items: { id: unknown; isCurrent: boolean }[] };
    for (const session of sessions) isBeyond(session.id);
    const other = sessions.find(({ isCurrent }) => !isCurrent);
    await ada.delete(`/users/me/sessions/${String(other?.id)}`).expect(204);
    expect((await root.get(`/users/${id}/sessions`).expect(200)).body.items).toHaveLength(1);

    const role = (await root.post('/users/roles', { name: 'analyst' }).expect(201)).body;
    isBeyond(role.id);
    const given = await root.put('/users/roles/assign', { userId: id, roleId: role.id }).expect(200);
    expect(given.body).toMatchObject({ id, roles: [{ id: role.id, name: 'analyst' }] });
    await root.patch(`/users/roles/${role.id}`, { name: 'Analyst' }).expect(200);
    expect((await root.get('/users?role=analyst').expect(200)).body.items).toMatchObject([{ id }]);
    await root.put('/users/roles/revoke', { userId: String(id), roleId: String(role.id) }).expect(200);
    await root.delete(`/users/roles/${role.id}`).expect(204);

    const page = (await root.get('/users?limit=1&sort=email').expect(200)).body;
    expect(page.items).toMatchObject([{ id }]);
    const next = (await root.get(`/users?limit=1&sort=email&cursor=${page.next}`).expect(200)).body;
    expect(next.items).toMatchObject([{ email: 'root@example.com' }]);
    await root.get(`/users?limit=1&cursor=${(await root.get('/users?limit=1')).body.next}`).expect(200);

    for (const beyond of [kind.highest, kind.highest + 1n, 2n ** 100n]) {
      await root.get(`/users/${beyond}`).expect(404);
      await root.delete(`/users/me/sessions/${beyond}`).expect(404);
      await root.delete(`/users/roles/${beyond}`).expect(404);
      await root.put('/users/roles/assign', { userId: String(beyond), roleId: String(beyond) }).expect(404);
    }
    await root.patch(`/users/${id}`, { isSuperuser: true }).expect(200);
    await root.patch(`/users/${id}`, { isSuperuser: false, isActive: false }).expect(200);
    await root.delete(`/users/${next.items[0].id}`).expect(403, /SELF_DELETION/);
    await root.delete(`/users/${id}`).expect(204);
    await root.get(`/users/${id}`).expect(404);
    await redis?.close();
  });
});

onEachAdapter('postgres', (boot) => {
  let acme: HostileProvider;
  beforeAll(async () => {
    acme = await startHostileProvider();
  });
  afterAll(() => acme.close());

  test('accounts at providers are linked to users whose ids are BigInts, and log them in', async () => {
    const kind = KINDS.postgres['a bigint as a BigInt'];
    const { user, role } = entitiesWith(kind);
    @Entity('id_oauth_account')
    class Account extends BaseOAuthAccount {
      @PrimaryGeneratedColumn('increment', kind.column as object)
      id!: string;

      @ManyToOne(() => user, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<BaseUser>;
    }
    const providers = withProviders([clientOf('acme', acme)]);
    const host = await boot({ ...providers, user, role, oauthAccount: Account });
    const source = host.app.get(DataSource);
    await startIdsHigh(source, [user, Account], kind.first);

    acme.claims = { sub: 'user-1' };
    const ada = await host.login();
    const visitor = new Visitor(host);
    const url = await visitor.authorize('/auth/associate/acme/authorize', { ...ada.api.headers });
    const linked = await visitor.back(acme.authorize(url));
    expect(linked.body).toMatchObject({ id: String(ada.user.id) });
    const { body } = await ada.api.get('/users/me/oauth-accounts').expect(200);
    expect(body.items).toMatchObject([{ id: String(kind.first), provider: 'acme' }]);

    const verifier = randomBytes(32).toString('base64url');
    const challenge = hash('sha256', verifier, 'base64url');
    const query = new URLSearchParams({ redirect_to: PAGE, code_challenge: challenge }).toString();
    const page = new Visitor(host);
    const back = await page.back(acme.authorize(await page.authorize(`/auth/acme/authorize?${query}`)));
    const code = back.location?.searchParams.get('code');
    await host.api.post('/auth/acme/token', { code, code_verifier: verifier }).expect(200);
    await ada.api.delete(`/users/me/oauth-accounts/${body.items[0].id}`).expect(204);
  });
});
