import { ConflictException, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import {
  type BaseUser,
  InvalidPasswordError,
  type UserEvent,
  UserEvents,
  type UsersHooks,
} from 'nestjs-users';
import { inspect } from 'node:util';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };
const fail = () => {
  throw new Error('planted failure of a hook');
};
const conflict = () => {
  throw new ConflictException('the host says no');
};

/** Notes which hooks ran, with the address of the user that each was given. */
function noted(): { calls: string[]; hooks: Partial<UsersHooks> } {
  const calls: string[] = [];
  const note = (name: string) => (subject: { email: string }) => void calls.push(`${name} ${subject.email}`);
  const names = [
    ...([
      'preLoginHook',
      'postLoginHook',
      'postLogoutHook',
      'preRegistrationHook',
      'postRegistrationHook',
    ] as const),
    ...(['postVerificationHook', 'postPasswordResetHook', 'preUpdateHook', 'postUpdateHook'] as const),
    ...(['preDeleteHook', 'postDeleteHook'] as const),
  ];
  return { calls, hooks: Object.fromEntries(names.map((name) => [name, note(name)])) };
}

onEachHost((boot) => {
  test('every hook runs at its moment, with the request as its last argument', async () => {
    const { calls, hooks } = noted();
    const requests: unknown[] = [];
    const { api, service } = await boot({
      hooks: {
        ...hooks,
        validatePassword: (password) => void calls.push(`validatePassword ${password.length}`),
        postRegistrationHook: (user, request) => requests.push(request?.headers['user-agent'], user.email),
      },
    });

    const { body } = await api.post('/auth/register', ADA).set('User-Agent', 'hooks').expect(201);
    const user = await service.getUser(body.id);
    await api.post('/auth/verify', { token: await service.generateToken(user, 'verification') }).expect(200);
    const token = await api.login(ADA.email, PASSWORD);
    await api.as(token).patch('/users/me', { email: 'new@example.com' }).expect(200);
    await api.as(token).post('/auth/jwt/logout').expect(204);
    const reset = await service.generateToken(await service.getUser(body.id), 'reset-password');
    await api.post('/auth/reset-password', { token: reset, password: 'another password' }).expect(200);
    await service.deleteUser(body.id);

    expect(requests).toEqual(['hooks', ADA.email]);
    expect(calls).toEqual([
      'preRegistrationHook ada@example.com',
      'validatePassword 21',
      'postVerificationHook ada@example.com',
      'preLoginHook ada@example.com',
      'postLoginHook ada@example.com',
      'preUpdateHook ada@example.com',
      'postUpdateHook new@example.com',
      'postLogoutHook new@example.com',
      'validatePassword 16',
      'postPasswordResetHook new@example.com',
      'preDeleteHook new@example.com',
      'postDeleteHook new@example.com',
    ]);
  });

  test.each([
    ['false', () => false, 400, /LOGIN_BAD_CREDENTIALS/],
    ['a throw', fail, 400, /LOGIN_BAD_CREDENTIALS/],
    ['a rejection', () => Promise.reject(new Error('planted')), 400, /LOGIN_BAD_CREDENTIALS/],
    ['an HttpException', conflict, 409, /the host says no/],
  ])('preLoginHook refuses known and unknown alike by %s', async (_, preLoginHook, status, answer) => {
    const { api, addUser } = await boot({ hooks: { preLoginHook } });
    await addUser();
    const known = await api.post('/auth/jwt/login', ADA).expect(status, answer);
    const unknown = await api
      .post('/auth/jwt/login', { ...ADA, email: 'x@example.com' })
      .expect(status, answer);
    expect(known.body).toEqual(unknown.body);
  });

  test('postLoginHook sets headers, or refuses before a token is made', async () => {
    const polite = await boot({
      hooks: { postLoginHook: (_user, _request, response) => response?.header('X-Welcome', 'Ada') },
    });
    await polite.addUser();
    const { headers } = await polite.api.post('/auth/jwt/login', ADA).expect(200);
    expect(headers['x-welcome']).toBe('Ada');

    const rude = await boot({ hooks: { postLoginHook: fail } });
    await rude.addUser();
    await rude.api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(rude.scan.logLines.join()).toContain('postLoginHook failed');
  });

  test('preRegistrationHook and preUpdateHook refuse, and may change what is stored', async () => {
    const closed = await boot({ hooks: { preRegistrationHook: fail, preUpdateHook: fail } });
    await closed.api.post('/auth/register', ADA).expect(403, /"detail":"Forbidden"/);
    expect(await closed.users.count()).toBe(0);
    const ada = await closed.login();
    await ada.api.patch('/users/me', { email: 'new@example.com' }).expect(403);
    expect(await closed.users.find()).toMatchObject([{ email: ADA.email }]);

    const conflicting = await boot({ hooks: { preRegistrationHook: conflict } });
    await conflicting.api.post('/auth/register', ADA).expect(409, /the host says no/);

    const kind = await boot({
      hooks: { preRegistrationHook: (data) => void Object.assign(data, { fullName: 'Set by the host' }) },
    });
    await kind.api.post('/auth/register', ADA).expect(201);
    expect(await kind.users.find()).toMatchObject([{ fullName: 'Set by the host' }]);
  });

  test('what a hook throws after the change is stored changes no answer', async () => {
    const failing = {
      postRegistrationHook: fail,
      postVerificationHook: fail,
      postUpdateHook: fail,
      postLogoutHook: fail,
      postPasswordResetHook: fail,
      postDeleteHook: conflict,
    };
    const { api, service, users, scan } = await boot({ hooks: failing });
    const { body } = await api.post('/auth/register', ADA).expect(201);
    const user = await service.getUser(body.id);
    await api.post('/auth/verify', { token: await service.generateToken(user, 'verification') }).expect(200);
    const token = await api.login(ADA.email, PASSWORD);
    await api.as(token).patch('/users/me', { email: 'new@example.com' }).expect(200);
    await api.as(token).post('/auth/jwt/logout').expect(204);
    await service.deleteUser(body.id);

    expect(await users.count()).toBe(0);
    for (const hook of [
      'postRegistrationHook',
      'postVerificationHook',
      'postUpdateHook',
      'postLogoutHook',
      'postDeleteHook',
    ]) {
      expect(scan.logLines.join('\n')).toContain(`${hook} failed`);
    }
  });

  test('preDeleteHook refuses', async () => {
    const { addUser, service, users } = await boot({ hooks: { preDeleteHook: fail } });
    const user = await addUser();
    await expect(service.deleteUser(user.id)).rejects.toMatchObject({ status: 403 });
    expect(await users.count()).toBe(1);
  });

  test('validatePassword adds the host’s rules at every entrance', async () => {
    const { api, login, service } = await boot({
      hooks: {
        validatePassword(password, user) {
          if (user.email && password.includes(user.email))
            throw new InvalidPasswordError('Password should not hold your address');
        },
      },
    });
    const password = `${ADA.email}-1234`;
    const reason = /Password should not hold your address/;
    await api.post('/auth/register', { ...ADA, password }).expect(400, reason);
    const ada = await login();
    await ada.api.patch('/users/me', { password }).expect(400, reason);
    const token = await service.generateToken(ada.user, 'reset-password');
    await api.post('/auth/reset-password', { token, password }).expect(400, reason);
    await expect(
      service.addUser({ email: 'bob@example.com', password: 'bob@example.com' }),
    ).rejects.toMatchObject({
      code: 'REGISTER_INVALID_PASSWORD',
    });
  });

  test('every moment is an event too, with its request, and no print of one shows a secret', async () => {
    const events: string[] = [];
    const seen: unknown[] = [];

    @Injectable()
    class Listener implements OnApplicationBootstrap {
      onApplicationBootstrap(): void {}

      @OnEvent('users.*')
      all(event: UserEvent) {
        seen.push(event, { ...event });
        throw new Error('a handler failed');
      }
    }
    for (const name of Object.values(UserEvents)) {
      const method = `on ${name}`;
      const note = ({ user, request }: UserEvent) =>
        void events.push(`${name} ${user.email} ${request?.headers['user-agent'] ?? 'without a request'}`);
      Object.defineProperty(Listener.prototype, method, { value: note });
      const descriptor = Object.getOwnPropertyDescriptor(Listener.prototype, method) as PropertyDescriptor;
      OnEvent(name)(Listener.prototype, method, descriptor);
    }
    const { app, api, service, scan, settled } = await boot({
      host: { imports: [EventEmitterModule.forRoot({ wildcard: true })], providers: [Listener] },
    });

    const { body } = await api.post('/auth/register', ADA).set('User-Agent', 'a').expect(201);
    await api.post('/auth/request-verify-token', { email: ADA.email }).set('User-Agent', 'b').expect(202);
    await settled();
    const user: BaseUser = await service.getUser(body.id);
    const verification = await service.generateToken(user, 'verification');
    await api.post('/auth/verify', { token: verification }).set('User-Agent', 'c').expect(200);
    const login = await api.post('/auth/jwt/login', ADA).set('User-Agent', 'd').expect(200);
    const ada = api.as(login.body.access_token);
    const changed = await ada
      .patch('/users/me', { password: 'another password' })
      .set('User-Agent', 'e')
      .expect(200);
    const fresh = api.as(changed.headers['authorization'].replace('Bearer ', ''));
    await fresh.post('/auth/jwt/logout').set('User-Agent', 'f').expect(204);
    await api.post('/auth/forgot-password', { email: ADA.email }).set('User-Agent', 'g').expect(202);
    await api.post('/auth/forgot-password', { email: 'nobody@example.com' }).expect(202);
    await settled();
    const reset = await service.generateToken(await service.getUser(body.id), 'reset-password');
    const third = { token: reset, password: 'third password' };
    await api.post('/auth/reset-password', third).set('User-Agent', 'h').expect(200);
    await service.deleteUser(body.id);
    await app.close();

    expect(events.sort()).toEqual(
      [
        'users.registered ada@example.com a',
        'users.verification-requested ada@example.com b',
        'users.verified ada@example.com c',
        'users.logged-in ada@example.com d',
        'users.updated ada@example.com e',
        'users.logged-out ada@example.com f',
        'users.password-reset-requested ada@example.com g',
        'users.password-reset ada@example.com h',
        'users.deleted ada@example.com without a request',
      ].sort(),
    );
    expect(seen).toHaveLength(2 * events.length);
    for (const event of seen) expect(Object.keys(event as object)).toEqual(['user']);
    scan.log(inspect(seen, { depth: 10, showHidden: true }));
  });

  test('shutdown waits for a mail that is under way', async () => {
    let isSent = false;
    const { app, api, addUser } = await boot({
      hooks: {
        async sendPasswordResetToken() {
          await new Promise((resolve) => setTimeout(resolve, 200));
          isSent = true;
        },
      },
    });
    await addUser();
    await api.post('/auth/forgot-password', { email: ADA.email }).expect(202);
    await app.close();
    expect(isSent).toBe(true);
  });
});
