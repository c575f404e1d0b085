import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import {
  type BaseUser,
  bearer,
  BadCredentialsError,
  cookie,
  database,
  jwt,
  LoginService,
  redis as redisStrategy,
  RolesService,
  type UserEvent,
  UserEvents,
  UserNotFoundError,
} from 'nestjs-users';
import { type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { connectRedis, isRedisUnderTest, type TestRedis } from '../support/redis.js';
import { softly } from '../support/soft-entities.js';

const ADA = 'ada@example.com';
const ROOT = 'root@example.com';

const emails = (items: { email: string }[]) => items.map(({ email }) => email);

onEachHost({ readsLists: true }, (boot, _adapter, _database, profile) => {
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = isRedisUnderTest ? await connectRedis('redis') : undefined;
  });
  afterAll(() => redis?.close());

  const backends = (): HostOptions['backends'] => [
    { name: 'jwt', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
    ...(redis
      ? [
          {
            name: 'key',
            transport: bearer(),
            strategy: redisStrategy({ client: redis.client, prefix: redis.prefix }),
          },
        ]
      : []),
  ];

  const open = (more: HostOptions = {}) =>
    boot({
      ...withProviders([nowhere('acme')]),
      ...softly(profile),
      backends: backends(),
      currentUser: { deletion: true },
      ...more,
    });

  /** Ada, logged in by every backend, with a role, a link, and mails under way. */
  async function settle(host: Host) {
    const { api, app, service, login, rows } = host;
    const root = await login({ email: ROOT, isSuperuser: true });
    const ada = await login({ isVerified: false });
    const roles = app.get(RolesService);
    const role = await roles.addRole({ name: 'reader' });
    await roles.assignRole(ada.user.id, role.id);
    const clients = [ada.api];
    for (const { name } of backends() ?? []) clients.push(await api.loggedIn(ADA, PASSWORD, name));
    const tokens = {
      verification: await service.generateToken(ada.user, 'verification'),
      reset: await service.generateToken(ada.user, 'reset-password'),
    };
    const account = { provider: 'acme', accountKey: 'key', accountId: 'ada', user: { id: ada.user.id } };
    await rows(softly(profile).oauthAccount).insert(account as never);
    const dead = async () => {
      for (const client of clients) await client.get('/users/me').expect(401);
      await api.post('/auth/verify', { token: tokens.verification }).expect(400, /VERIFY_USER_BAD_TOKEN/);
      await api
        .post('/auth/reset-password', { token: tokens.reset, password: 'a quite new password' })
        .expect(400, /RESET_PASSWORD_BAD_TOKEN/);
      const sessions = host.sessions!.createQueryBuilder('session').where('session.user = :id', ada.user);
      expect(await sessions.getCount()).toBe(0);
      expect(await rows(softly(profile).oauthAccount).count()).toBe(0);
    };
    return { root, ada, role, clients, dead, roles };
  }

  const rowsOf = ({ users }: Host) => users.find({ withDeleted: true, where: { email: ADA } });

  test('a deleted user is nobody, though the row stays, and comes back logged in nowhere', async () => {
    const restored: string[] = [];
    const host = await open({
      host: { imports: [EventEmitterModule.forRoot()] },
      hooks: { postRestoreHook: (user: BaseUser) => void restored.push(`hook ${user.email}`) },
    });
    const emitter = host.app.get(EventEmitter2);
    emitter.on(UserEvents.Restored, ({ user }: UserEvent) => void restored.push(`event ${user.email}`));
    const { api, service, users, outbox, settled, repository } = host;
    const { root, ada, role, clients, dead, roles } = await settle(host);
    const [before] = await rowsOf(host);
    await root.api.delete(`/users/${ada.user.id}`).expect(204);

    const [row, ...others] = await rowsOf(host);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ id: before?.id, deletedAt: expect.any(Date) });
    expect(row?.tokenVersion).toBeGreaterThan(before?.tokenVersion ?? Infinity);
    await dead();
    for (const method of ['get', 'patch', 'delete'] as const) {
      await root.api[method](`/users/${ada.user.id}`).expect(404);
    }
    await root.api.get(`/users/${ada.user.id}/sessions`).expect(404);
    await root.api.post(`/users/${ada.user.id}/password-reset`).expect(404);
    for (const query of ['', '?role=reader', '?search=ada', '?isVerified=false', '?sort=email']) {
      const { body } = await root.api.get(`/users${query}`).expect(200);
      expect(emails(body.items)).not.toContain(ADA);
    }
    expect((await root.api.get('/users?count=true').expect(200)).body.total).toBe(1);
    await api.post('/auth/jwt/login', { email: ADA, password: PASSWORD }).expect(400, /BAD_CREDENTIALS/);
    for (const path of ['forgot-password', 'request-verify-token'])
      await api.post(`/auth/${path}`, { email: ADA }).expect(202);
    await settled();
    expect(outbox.mails).toEqual([]);
    await expect(service.getUser(ada.user.id)).rejects.toBeInstanceOf(UserNotFoundError);
    expect(await service.getUserBy({ email: ADA })).toBeUndefined();
    expect(await service.findByEmail(ADA)).toBeUndefined();
    await expect(service.deleteUser(ada.user)).rejects.toBeInstanceOf(UserNotFoundError);
    await expect(service.updateUser(ada.user, { isVerified: true })).rejects.toThrow();
    expect(await repository.raiseTokenVersion(ada.user.id)).toBe(false);
    await expect(roles.revokeRole(ada.user.id, role.id)).rejects.toBeInstanceOf(UserNotFoundError);

    const load = { relations: { roles: true } } as never;
    const found = await service.getUser(ada.user.id, { withDeleted: true, load });
    expect(found).toMatchObject({ email: ADA, roles: [{ name: 'reader' }] });
    const loginService = await host.app.resolve(LoginService);
    await expect(loginService.issueToken(found)).rejects.toBeInstanceOf(BadCredentialsError);
    expect(await service.getUserBy({ email: ADA }, { withDeleted: true })).toMatchObject({ id: found.id });

    expect(await service.restoreUser(ada.user.id)).toMatchObject({ id: found.id, email: ADA });
    expect(restored).toEqual([`hook ${ADA}`, `event ${ADA}`]);
    await dead();
    for (const client of clients) await client.get('/users/me').expect(401);
    const again = await api.loggedIn(ADA, PASSWORD, 'jwt');
    await again.get('/users/me').expect(200);
    expect(await service.getUser(ada.user.id, { load })).toMatchObject({ roles: [{ name: 'reader' }] });
    await expect(service.restoreUser(ada.user.id)).rejects.toBeInstanceOf(UserNotFoundError);
    await expect(service.restoreUser('nobody')).rejects.toBeInstanceOf(UserNotFoundError);

    // By themselves, by the host's code, and by TypeORM alone, which leaves sessions.
    await again.delete('/users/me').expect(204);
    await again.get('/users/me').expect(401);
    for (const way of ['deleteUser', 'softDelete'] as const) {
      await service.restoreUser(ada.user.id);
      const logins = (backends() ?? []).map(({ name }) => api.loggedIn(ADA, PASSWORD, name));
      const former = await Promise.all(logins);
      if (way === 'deleteUser') await service.deleteUser(ada.user.id);
      else await users.softDelete({ id: ada.user.id as string });
      for (const client of former) await client.get('/users/me').expect(401);
      clients.push(...former);
    }
    await service.restoreUser(ada.user.id);
    await dead();
  });

  test('changes and a deletion of oneself at once are done, or find nobody', async () => {
    const host = await open();
    const { api } = await host.login();
    const requests = Array.from({ length: 40 }, (_, index) =>
      index === 10 ? api.delete('/users/me').send({}) : api.patch('/users/me').send({ fullName: `${index}` }),
    );
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses.splice(10, 1)).toEqual([204]);
    expect(statuses.filter((status) => status !== 200 && status !== 401)).toEqual([]);
  });

  test('a superuser who is deleted counts nowhere: the last one of the others stays', async () => {
    const host = await open();
    const { login, addUser, service, users } = host;
    const root = await login({ email: ROOT, isSuperuser: true });
    const other = await addUser({ email: 'other@example.com', isSuperuser: true });
    await root.api.delete(`/users/${other.id}`).expect(204);
    await root.api.delete('/users/me').expect(409, /LAST_SUPERUSER/);
    await root.api.patch(`/users/${root.user.id}`, { isActive: false }).expect(409, /LAST_SUPERUSER/);
    await service.restoreUser(other.id);
    const third = await login({ email: 'third@example.com', isSuperuser: true });
    await service.deleteUser(third.user.id);
    const second = await login({ email: 'fourth@example.com', isSuperuser: true });
    await service.deleteUser(other.id);
    const answers = await Promise.all([root.api.delete('/users/me'), second.api.delete('/users/me')]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
    expect(await users.countBy({ isSuperuser: true, isActive: true })).toBe(1);
  });

  test('the address of a deleted user is taken, and so every route says', async () => {
    const host = await open({ currentUser: { emailChange: 'confirmed' } });
    const { api, login, addUser, service, outbox, settled } = host;
    const gone = await addUser();
    await service.deleteUser(gone.id);
    const root = await login({ email: ROOT, isSuperuser: true });
    const bob = await login({ email: 'bob@example.com' });
    // Nothing but a deletion marks a user.
    await service.updateUser(bob.user.id, { deletedAt: new Date(), isVerified: true } as never);
    const eve = await service.addUser({ email: 'eve@example.com', deletedAt: new Date() } as never);
    expect(await service.getUser(eve.id)).toMatchObject({ email: 'eve@example.com' });

    const ada = { email: ADA, password: PASSWORD };
    await api.post('/auth/register', ada).expect(400, /"detail":"REGISTER_USER_ALREADY_EXISTS"/);
    await root.api.post('/users', ada).expect(400, /"detail":"REGISTER_USER_ALREADY_EXISTS"/);
    const taken = /"detail":"UPDATE_USER_EMAIL_ALREADY_EXISTS"/;
    await bob.api.patch('/users/me', { email: ADA }).expect(400, taken);
    await root.api.patch(`/users/${bob.user.id}`, { email: ADA }).expect(400, taken);

    // Whose address is deleted while a change waits for its mail.
    await bob.api.patch('/users/me', { email: 'new@example.com' }).expect(200);
    await settled();
    const { token } = outbox.last('new@example.com');
    await service.updateUser(eve.id, { email: 'new@example.com' });
    await service.deleteUser(eve.id);
    await api.post('/auth/verify', { token }).expect(400, taken);
  });

  test('where it is concealed who is registered, a deleted user is told nothing', async () => {
    const conceal = { requireVerification: true, registration: { concealExisting: true } };
    const { api, login, addUser, service, outbox, settled, scan } = await open(conceal);
    const gone = await addUser();
    await service.deleteUser(gone.id);
    const bob = await login({ email: 'bob@example.com' });
    await api.post('/auth/register', { email: ADA, password: PASSWORD }).expect(202);
    await bob.api.patch('/users/me', { email: ADA }).expect(200);
    await settled();
    expect(outbox.mails).toEqual([]);
    expect(scan.logLines.filter((line) => line.includes('failed'))).toEqual([]);
  });
});
