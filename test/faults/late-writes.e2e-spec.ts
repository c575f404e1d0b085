import { Injectable, type Type } from '@nestjs/common';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import type { UserEvent, UsersHooks } from 'nestjs-users';
import { DataSource, type QueryRunner } from 'typeorm';
import { escapedTable } from '../../lib/database/dialect.js';
import { Database } from '../../lib/database/database.js';
import { createDatabase, type Database as Kind } from '../support/databases.js';
import { type Boot, type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { clientOf, Visitor, withProviders } from '../support/oauth2.js';
import { Session, User } from '../support/users.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

let acme: HostileProvider;

beforeAll(async () => {
  acme = await startHostileProvider();
});
afterAll(() => acme.close());

const NEW = 'another battery staple';
const HOOKS = [
  ...(['postRegistrationHook', 'postVerificationHook', 'postPasswordResetHook'] as const),
  ...(['postUpdateHook', 'postDeleteHook', 'postLogoutHook'] as const),
];

/** A host whose statements may take a second, and what its hooks and handlers of events saw. */
async function noting(boot: Boot, kind: Kind, more: HostOptions = {}) {
  const calls: string[] = [];
  const hook = (name: string) => [name, ({ email }: User) => void calls.push(`${name} ${email}`)];

  @Injectable()
  class Listener {
    @OnEvent('**')
    noticed({ user }: UserEvent): void {
      calls.push(`event ${user.email}`);
    }
  }
  const { options, drop } = await createDatabase(kind);
  const host = await boot({
    place: { options: { ...options, ...(kind !== 'sqlite' && { poolSize: 20 }) } as never, drop },
    databaseTimeoutSeconds: 1,
    hooks: Object.fromEntries(HOOKS.map(hook)) as Partial<UsersHooks>,
    host: { imports: [EventEmitterModule.forRoot({ wildcard: true })], providers: [Listener] },
    ...more,
  });
  return { ...host, calls };
}

/** Lets nobody write to a table, as a migration or a backup may, or even read it; what ends that. */
async function hold({ app }: Host, entity: Type, how: 'unwritten' | 'unread' = 'unwritten') {
  const source = app.get(DataSource);
  const table = escapedTable(source, source.getMetadata(entity).tablePath);
  const runner: QueryRunner = source.createQueryRunner();
  const [lock, unlock] =
    source.options.type === 'postgres'
      ? [`BEGIN; LOCK TABLE ${table} IN ${how === 'unread' ? 'ACCESS EXCLUSIVE' : 'SHARE'} MODE`, 'COMMIT']
      : [`LOCK TABLES ${table} ${how === 'unread' ? 'WRITE' : 'READ'}`, 'UNLOCK TABLES'];
  await runner.query(lock);
  return async () => {
    await runner.query(unlock);
    await runner.release();
  };
}

/** What a client is told of a write that nobody knows the end of. */
const isUnknown = ({ status, headers, body }: { status: number; headers: object; body: unknown }) => {
  expect(status).toBe(503);
  expect(headers).toMatchObject({ 'retry-after': '1' });
  expect(body).toMatchObject({
    message: expect.stringMatching(/not known whether/),
    detail: 'Service Unavailable',
  });
};

onEachHost((boot, _adapter, kind) => {
  if (kind === 'sqlite') {
    test('a write that waits for its turn too long is never made, and nothing follows it', async () => {
      const { app, api, settled, users, outbox, calls } = await noting(boot, kind, {
        requireVerification: true,
      });
      let release = () => {};
      const first = new Promise<void>((resolve) => (release = resolve));
      const blocked = app.get(Database).write(() => first);
      const ada = { email: 'ada@example.com', password: PASSWORD };
      const registered = api.post('/auth/register', ada).expect(503, /does not answer/);
      await expect(blocked).rejects.toThrow('not known whether');
      const { body, headers } = await registered;
      expect([headers['retry-after'], JSON.stringify(body)]).toEqual([
        '1',
        expect.not.stringMatching(/written/),
      ]);
      release();
      await settled();
      expect([await users.count(), outbox.mails, calls]).toEqual([0, [], []]);
      await api.post('/auth/register', ada).expect(201);
    });
    return;
  }

  test('what belongs to a write that comes late is done once it has come, and once', async () => {
    const host = await noting(boot, kind, { requireVerification: true });
    const { api, service, users, outbox, calls, settled, addUser } = host;
    const { api: root } = await host.login({ email: 'root@example.com', isSuperuser: true });
    const user = (name: string, fields = {}) => addUser({ email: `${name}@example.com`, ...fields });
    const [changed, deleted, reset] = [await user('changed'), await user('deleted'), await user('reset')];
    const [verified, moved] = [await user('verified', { isVerified: false }), await user('moved')];
    const out = await host.login({ email: 'out@example.com' });
    const self = await host.login({ email: 'self@example.com' });
    const everywhere = await host.login({ email: 'everywhere@example.com' });
    const resetToken = await service.generateToken(reset, 'reset-password');
    const verifyToken = await service.generateToken(verified, 'verification');
    service.mailEmailChange(moved, 'new-moved@example.com');
    await settled();
    const moveToken = outbox.mails.splice(0)[0]?.token;
    calls.length = 0;

    const release = await hold(host, User);
    const answers = await Promise.all([
      api.post('/auth/register', { email: 'registered@example.com', password: PASSWORD }),
      root.post('/users', { email: 'invited@example.com', invite: true }),
      root.patch(`/users/${changed.id}`, { email: 'new-changed@example.com' }),
      root.delete(`/users/${deleted.id}`),
      api.post('/auth/reset-password', { token: resetToken, password: NEW }),
      api.post('/auth/verify', { token: verifyToken }),
      api.post('/auth/verify', { token: moveToken }),
      out.api.post('/auth/jwt/logout'),
      everywhere.api.post('/auth/jwt/logout-all'),
      self.api.patch('/users/me', { password: NEW, email: 'new-self@example.com' }),
    ]);
    for (const answer of answers) isUnknown(answer);
    expect([outbox.mails, calls]).toEqual([[], []]);

    await release();
    await settled();
    expect(outbox.mails.map(({ kind: mail, to }) => `${mail} to ${to}`).sort()).toEqual([
      'email-change-notice to changed@example.com',
      'email-change-notice to moved@example.com',
      'password-reset to invited@example.com',
      'verification to new-changed@example.com',
      'verification to new-self@example.com',
      'verification to registered@example.com',
    ]);
    expect([...calls].sort()).toEqual(EXPECTED_CALLS);
    expect(await users.findOneBy({ id: deleted.id })).toBeNull();
    await api.post('/auth/jwt/login', { email: reset.email, password: PASSWORD }).expect(400);
    for (const { email } of [reset, self.user]) await api.login(email, NEW);
    for (const each of [out, everywhere, self]) await each.api.get('/users/me').expect(401);
    const { token } = outbox.last('registered@example.com');
    await api.post('/auth/verify', { token }).expect(200);
    await api.login('registered@example.com', PASSWORD);
  });

  test('a login whose session comes late leaves no token, and no session', async () => {
    const host = await noting(boot, kind, { session: Session });
    const { api, sessions, settled, calls } = host;
    const ada = await host.login();
    calls.length = 0;
    const release = await hold(host, Session);
    isUnknown(await api.post('/auth/jwt/login', { email: ada.user.email, password: PASSWORD }));
    await release();
    await settled();
    expect(await sessions?.count()).toBe(1);
    expect(calls).toEqual([]);
    await ada.api.get('/users/me').expect(200);
  });

  test('a concealed registration that comes late is mailed all the same', async () => {
    const host = await noting(boot, kind, {
      requireVerification: true,
      registration: { concealExisting: true },
    });
    const release = await hold(host, User);
    await host.api.post('/auth/register', { email: 'ada@example.com', password: PASSWORD }).expect(202);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(host.outbox.mails).toEqual([]);
    await release();
    await host.settled();
    expect(host.outbox.mails).toMatchObject([{ kind: 'verification', to: 'ada@example.com' }]);
    expect([...host.calls].sort()).toEqual(REGISTRATION);
  });

  test('a provider’s account that comes late is a way in, with all that belongs to it', async () => {
    const providers = withProviders([clientOf('acme', acme)], { associateByEmail: true });
    const host = await noting(boot, kind, providers);
    const squatter = await host.login({ email: 'taken@example.com', isVerified: false });
    host.calls.length = 0;
    const logIn = async (name: string) => {
      acme.claims = { sub: name, email: `${name}@example.com`, email_verified: true };
      const visitor = new Visitor(host);
      const callback = acme.authorize(await visitor.authorize('/auth/acme/authorize'));
      return () => visitor.back(callback);
    };
    const names = ['taken', 'new'];
    const returns = [];
    for (const name of names) returns.push(await logIn(name));
    const release = await hold(host, User);
    for (const answer of await Promise.all(returns.map((back) => back()))) {
      expect([answer.status, answer.body]).toMatchObject([
        503,
        { message: expect.stringMatching(/not known whether/) },
      ]);
    }
    await release();
    await host.settled();
    expect([...host.calls].sort()).toEqual([
      'event new@example.com',
      'event taken@example.com',
      'postRegistrationHook new@example.com',
      'postVerificationHook taken@example.com',
    ]);
    await squatter.api.get('/users/me').expect(401);
    for (const name of names) expect((await (await logIn(name))()).status).toBe(200);
  });

  test('a read that comes late says that the database does not answer', async () => {
    const host = await noting(boot, kind);
    const { api } = await host.login();
    const release = await hold(host, User, 'unread');
    const { body } = await api.get('/users/me').expect(503);
    expect(body).toMatchObject({ message: 'The database does not answer.' });
    await release();
    await api.get('/users/me').expect(200);
  });

  test('shutdown waits for a late write and what belongs to it', async () => {
    const host = await noting(boot, kind, { requireVerification: true });
    const release = await hold(host, User);
    isUnknown(await host.api.post('/auth/register', { email: 'ada@example.com', password: PASSWORD }));
    const closed = host.app.close();
    await release();
    await closed;
    expect(host.outbox.mails).toMatchObject([{ kind: 'verification', to: 'ada@example.com' }]);
    expect([...host.calls].sort()).toEqual(REGISTRATION);
  });
});

const EXPECTED_CALLS = [
  'event deleted@example.com',
  'event everywhere@example.com',
  'event new-changed@example.com',
  'event new-changed@example.com',
  'event new-moved@example.com',
  'event new-moved@example.com',
  'event out@example.com',
  'event registered@example.com',
  'event registered@example.com',
  'event reset@example.com',
  'event self@example.com',
  'event verified@example.com',
  'postDeleteHook deleted@example.com',
  'postLogoutHook everywhere@example.com',
  'postLogoutHook out@example.com',
  'postPasswordResetHook reset@example.com',
  'postRegistrationHook registered@example.com',
  'postUpdateHook new-changed@example.com',
  'postUpdateHook new-moved@example.com',
  'postUpdateHook self@example.com',
  'postVerificationHook new-moved@example.com',
  'postVerificationHook verified@example.com',
];

/** The hook, and two events: a registration, and a mail that is due. */
const REGISTRATION = [
  'event ada@example.com',
  'event ada@example.com',
  'postRegistrationHook ada@example.com',
];
