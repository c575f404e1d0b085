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

onEachHost((host) => {
  test('every hook runs at its moment, with the request as its last argument', async () => {
    const { calls, hooks } = noted();
    const requests: unknown[] = [];
    const { api, service } = await host({
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
    const { api, addUser } = await host({ hooks: { preLoginHook } });
    await addUser();
    const known = await api.post('/auth/jwt/login', ADA).expect(status, answer);
    const unknown = await api
      .post('/auth/jwt/login', { ...ADA, email: 'x@example.com' })
      .expect(status, answer);
    expect(known.body).toEqual(unknown.body);
  });

  test('postLoginHook sets headers, or refuses before a token is made', async () => {
    const polite = await host({
      hooks: { postLoginHook: (_user, _request, response) => response?.header('X-Welcome', 'Ada') },
    });
    await polite.addUser();
    const { headers } = await polite.api.post('/auth/jwt/login', ADA).expect(200);
    expect(headers['x-welcome']).toBe('Ada');

    const rude = await host({ hooks: { postLoginHook: fail } });
    await rude.addUser();
    await rude.api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(rude.scan.logLines.join()).toContain('postLoginHook failed');
  });

  test('preRegistrationHook and preUpdateHook refuse, and may change what is stored', async () => {
    const closed = await host({ hooks: { preRegistrationHook: fail, preUpdateHook: fail } });
    await closed.api.post('/auth/register', ADA).expect(403, /"detail":"Forbidden"/);
    expect(await closed.users.count()).toBe(0);
    const ada = await closed.login();
    await ada.api.patch('/users/me', { email: 'new@example.com' }).expect(403);
    expect(await closed.users.find()).toMatchObject([{ email: ADA.email }]);

    const conflicting = await host({ hooks: { preRegistrationHook: conflict } });
    await conflicting.api.post('/auth/register', ADA).expect(409, /the host says no/);

    const kind = await host({
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
    const { api, service, users, scan } = await host({ hooks: failing });
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
    const { addUser, service, users } = await host({ hooks: { preDeleteHook: fail } });
    const user = await addUser();
    await expect(service.deleteUser(user.id)).rejects.toMatchObject({ status: 403 });
    expect(await users.count()).toBe(1);
  });

  test('validatePassword adds the host’s rules at every entrance', async () => {
    const { api, login, service } = await host({
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

  test('every moment is an event too, for any number of handlers, without any secret', async () => {
    const events: string[] = [];
    const seen: unknown[] = [];

    @Injectable()
    class Listener implements OnApplicationBootstrap {
      onApplicationBootstrap(): void {}

      @OnEvent('users.*')
      all(event: UserEvent) {
        seen.push(event);
        throw new Error('a handler failed');
      }

      @OnEvent(UserEvents.Registered)
      registered({ user }: UserEvent) {
        events.push(`registered ${user.email}`);
      }

      @OnEvent(UserEvents.PasswordReset)
      reset({ user }: UserEvent) {
        events.push(`reset ${user.email}`);
      }
    }
    const { api, service, scan } = await host({
      host: { imports: [EventEmitterModule.forRoot({ wildcard: true })], providers: [Listener] },
    });

    const { body } = await api.post('/auth/register', ADA).expect(201);
    const user: BaseUser = await service.getUser(body.id);
    await api.post('/auth/verify', { token: await service.generateToken(user, 'verification') }).expect(200);
    const token = await api.login(ADA.email, PASSWORD);
    await api.as(token).patch('/users/me', { password: 'another password' }).expect(200);
    await api
      .as(await api.login(ADA.email, 'another password'))
      .post('/auth/jwt/logout')
      .expect(204);
    const reset = await service.generateToken(await service.getUser(body.id), 'reset-password');
    await api.post('/auth/reset-password', { token: reset, password: 'third password' }).expect(200);
    await service.deleteUser(body.id);

    expect(seen).toHaveLength(8);
    expect(events).toEqual(['registered ada@example.com', 'reset ada@example.com']);
    scan.log(inspect(seen, { depth: 10 }));
  });

  test('shutdown waits for a mail that is under way', async () => {
    let isSent = false;
    const { app, api, addUser } = await host({
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
