import { Controller, Get, UseGuards } from '@nestjs/common';
import { bearer, cookie, database, jwt, RolesAccepted } from 'nestjs-users';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { databasesUnderTest } from '../support/databases.js';
import { type Boot, type Host, onEachAdapter, PASSWORD } from '../support/host.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { MemberOAuthAccount, OneTimeToken } from '../support/oauth2-entities.js';
import { clientOf, Visitor, withProviders } from '../support/oauth2.js';
import type { OwnServer } from '../support/server-process.js';
import { startPostgres, startStandby } from '../support/servers.js';
import { Member, MemberSession, Role } from '../support/users.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const NEW = 'another battery staple';
const ADA = { email: 'ada@example.com', password: PASSWORD };
const ENTITIES = { user: Member, role: Role, session: MemberSession, oauthAccount: MemberOAuthAccount };
/** Who is on the standby for good: it is an hour behind. Nothing here locks a table, as the standby would for that hour. */
const STALE = { email: 'stale@example.com', tokenVersion: 1 };
const HOUR = 3600;

@Controller('reports')
@UseGuards(RolesAccepted('analyst'))
class ReportsController {
  @Get()
  list() {
    return [];
  }
}

let primary: OwnServer;
let standby: OwnServer;
let acme: HostileProvider;

beforeAll(async () => {
  if (!databasesUnderTest().includes('postgres')) return;
  [primary, acme] = await Promise.all([startPostgres(), startHostileProvider()]);
  const entities = [...Object.values(ENTITIES), OneTimeToken];
  const source = new DataSource({ type: 'postgres', url: primary.url, entities, synchronize: true });
  await source.initialize();
  await source.getRepository(Member).insert(STALE);
  await source.getRepository(Role).insert({ name: 'stale', nameKey: 'stale' });
  standby = await startStandby(primary, HOUR);
  await source.destroy();
}, 30_000);
afterAll(async () => {
  await acme?.close();
  await standby?.stop();
  await primary?.stop();
});

onEachAdapter('postgres', (boot) => {
  let host: Host;

  beforeEach(async () => {
    host = await replicated(boot);
    for (const table of ['app_member', 'app_role'])
      await host.app.get(DataSource).query(`DELETE FROM ${table}`);
  });

  test('a registration is answered and mailed, its token verifies, and the user logs in', async () => {
    const { api, outbox, settled } = host;
    await api.post('/auth/register', ADA).expect(201, /ada@example.com/);
    await settled();
    await api.post('/auth/register', ADA).expect(400, /REGISTER_USER_ALREADY_EXISTS/);
    await api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_USER_NOT_VERIFIED/);
    const { token } = outbox.last(ADA.email);
    await api.post('/auth/verify', { token }).expect(200, /"isVerified":true/);
    await api.post('/auth/verify', { token }).expect(400, /ALREADY_VERIFIED/);
    const ada = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
    await ada.get('/users/me').expect(200, /ada@example.com/);
  });

  test.each(['jwt', 'web'])('a logout, and an ended session, count at once: %s', async (backend) => {
    const { api, addUser } = host;
    await addUser();
    const logins = await Promise.all([1, 2, 3].map(() => api.loggedIn(ADA.email, PASSWORD, backend)));
    const [first, second, third] = logins as [typeof api, typeof api, typeof api];
    await first.post(`/auth/${backend}/logout`).expect(204);
    await first.get('/users/me').expect(401);
    const sessions = async () => {
      const { body } = await third.get('/users/me/sessions').expect(200);
      return (body as { items: { id: string; isCurrent: boolean }[] }).items;
    };
    const [other, ...more] = (await sessions()).filter(({ isCurrent }) => !isCurrent);
    expect(more).toEqual([]);
    await third.delete(`/users/me/sessions/${other?.id}`).expect(204);
    await second.get('/users/me').expect(401);
    expect(await sessions()).toHaveLength(1);
    await third.post(`/auth/${backend}/logout-all`).expect(204);
    await third.get('/users/me').expect(401);
  });

  test('a reset ends the old password and every login, once', async () => {
    const { api, outbox, settled } = host;
    const { api: ada } = await host.login();
    await api.post('/auth/forgot-password', ADA).expect(202);
    await settled();
    const { token } = outbox.last();
    await api.post('/auth/reset-password', { token, password: NEW }).expect(200);
    await ada.get('/users/me').expect(401);
    await api.post('/auth/jwt/login', ADA).expect(400);
    await api.post('/auth/reset-password', { token, password: PASSWORD }).expect(400);
    await api.login(ADA.email, NEW);
  });

  test('a new password and a confirmed address count at once, and the answers show them', async () => {
    const { api, outbox, settled } = host;
    const { api: ada } = await host.login();
    const email = 'lovelace@example.com';
    const changed = await ada.patch('/users/me', { email, password: NEW }).expect(200);
    await ada.get('/users/me').expect(401);
    await ada.carrying(changed).get('/users/me').expect(200);
    await settled();
    const { token } = outbox.last(email);
    await api.post('/auth/verify', { token }).expect(200, /lovelace/);
    await api.post('/auth/jwt/login', { ...ADA, password: NEW }).expect(400);
    await api.login(email, NEW);
  });

  test('what administrators change counts at once, and they see it', async () => {
    const { api: root } = await host.login({ email: 'root@example.com', isSuperuser: true });
    const added = await root.post('/users', { ...ADA, isVerified: true }).expect(201);
    const { id } = added.body as { id: string };
    const ada = await host.api.loggedIn(ADA.email, PASSWORD, 'web');
    await ada.get('/reports').expect(403);
    const { body: role } = await root.post('/users/roles', { name: 'analyst' }).expect(201);
    const { id: roleId } = role as { id: string };
    await root.put('/users/roles/assign', { userId: id, roleId }).expect(200, /analyst/);
    await ada.get('/reports').expect(200);
    await root.put('/users/roles/revoke', { userId: id, roleId }).expect(200);
    await ada.get('/reports').expect(403);
    await root.patch(`/users/roles/${roleId}`, { name: 'clerk' }).expect(200, /clerk/);

    await root.patch(`/users/${id}`, { isActive: false }).expect(200, /"isActive":false/);
    await ada.get('/users/me').expect(401);
    await host.api.post('/auth/web/login', ADA).expect(400);
    await root.get(`/users/${id}`).expect(200, /"isActive":false/);
    await root.delete(`/users/${id}`).expect(204);
    await root.get(`/users/${id}`).expect(404);
  });

  test('a provider’s account logs in, is listed, and logs in no more once it is removed', async () => {
    acme.claims = { sub: 'ada', email: ADA.email, email_verified: true };
    const logIn = async () => {
      const visitor = new Visitor(host);
      return visitor.back(acme.authorize(await visitor.authorize('/auth/acme/authorize')));
    };
    await logIn();
    const { status, body } = await logIn();
    expect(status).toBe(200);
    const ada = host.api.as((body as { access_token: string }).access_token);
    const accounts = async () => {
      const answer = await ada.get('/users/me/oauth-accounts').expect(200);
      return (answer.body as { items: { id: string }[] }).items;
    };
    const [account] = await accounts();
    const changed = await ada.patch('/users/me', { password: PASSWORD }).expect(200);
    const again = ada.carrying(changed);
    await again.delete(`/users/me/oauth-accounts/${account?.id}`).expect(204);
    expect((await again.get('/users/me/oauth-accounts').expect(200)).body).toEqual({ items: [] });
    acme.claims = { sub: 'ada', email: ADA.email, email_verified: false };
    expect((await logIn()).status).toBe(400);
  });

  test('lists come from the standby, which is spared for nothing else', async () => {
    const { api: root } = await host.login({ email: 'root@example.com', isSuperuser: true });
    for (const list of ['/users', '/users?page=1&count=true', '/users?search=sta']) {
      const { body } = await root.get(list).expect(200);
      expect((body as { items: unknown[] }).items).toEqual([expect.objectContaining({ email: STALE.email })]);
    }
    await root.get('/users?role=stale').expect(200, /"items":\[\]/);
    await root.get('/users/roles').expect(200, /"name":"stale"/);
  });
});

function replicated(boot: Boot): Promise<Host> {
  const replication = { master: { url: primary.url }, slaves: [{ url: standby.url }] };
  return boot({
    ...withProviders([clientOf('acme', acme)]),
    ...ENTITIES,
    place: { options: { type: 'postgres', replication } as DataSourceOptions, drop: async () => undefined },
    requireVerification: true,
    roleManagement: {},
    backends: [
      { name: 'jwt', transport: bearer(), strategy: jwt() },
      { name: 'web', transport: cookie(), strategy: database() },
    ],
    host: { controllers: [ReportsController] },
  });
}
