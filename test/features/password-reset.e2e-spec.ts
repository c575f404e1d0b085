import { jest } from '@jest/globals';
import { travel } from '../support/time.js';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };
const NEW = 'a quite new password';

onEachHost((boot) => {
  test('a reset link works once and ends every login', async () => {
    const { api, login, outbox, settled } = await boot();
    const ada = await login();
    await api.post('/auth/forgot-password', { email: ' ADA@example.com' }).expect(202, 'null');
    await settled();
    const { token, to } = outbox.last();

    await api.post('/auth/reset-password', { token, password: NEW }).expect(200, 'null');

    expect(to).toBe(ADA.email);
    await ada.api.get('/users/me').expect(401);
    await api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_BAD_CREDENTIALS/);
    await api.login(ADA.email, NEW);
    await api
      .post('/auth/reset-password', { token, password: 'yet another one' })
      .expect(400, /"detail":"RESET_PASSWORD_BAD_TOKEN"/);
  });

  test('ten uses at once reset once', async () => {
    const { api, addUser, service } = await boot();
    const { id } = await addUser();
    for (let round = 0; round < 5; round++) {
      const token = await service.generateToken(await service.getUser(id), 'reset-password');
      const uses = Array.from({ length: 10 }, (_, use) =>
        api
          .post('/auth/reset-password', { token, password: `${NEW} ${round} ${use}` })
          .then(({ text }) => text),
      );
      const answers = await Promise.all(uses);
      expect(answers.filter((text) => text === 'null')).toHaveLength(1);
      expect(answers.filter((text) => text.includes('"RESET_PASSWORD_BAD_TOKEN"'))).toHaveLength(9);
    }
  });

  test('forgot-password answers alike for everybody, and mails active users', async () => {
    const { api, addUser, outbox, settled } = await boot();
    await addUser({ email: 'active@example.com', isVerified: false });
    await addUser({ email: 'inactive@example.com', isActive: false });
    for (const name of ['active', 'inactive', 'nobody']) {
      await api.post('/auth/forgot-password', { email: `${name}@example.com` }).expect(202, 'null');
    }
    await settled();
    expect(outbox.mails).toMatchObject([{ kind: 'password-reset', to: 'active@example.com' }]);
  });

  test('a mail hook that hangs holds nobody up', async () => {
    let finish = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (finish = resolve));
    const { api, addUser } = await boot({ hooks: { sendPasswordResetToken: () => hanging } });
    await addUser();
    await api.post('/auth/forgot-password', { email: ADA.email }).expect(202);
    finish();
  });

  test('a refused password does not spend the token', async () => {
    const { api, addUser, service } = await boot();
    const token = await service.generateToken(await addUser(), 'reset-password');
    const { body } = await api.post('/auth/reset-password', { token, password: 'short' }).expect(400);
    expect(body.detail).toEqual({
      code: 'RESET_PASSWORD_INVALID_PASSWORD',
      reason: 'Password should be at least 8 characters',
    });
    await api.post('/auth/reset-password', { token, password: NEW }).expect(200);
  });

  test('a token is dead after its time, a login’s end, a change of address, and deactivation', async () => {
    const { api, addUser, service } = await boot({ passwordReset: { tokenLifetimeSeconds: 60 } });
    const reset = (token: string) =>
      api.post('/auth/reset-password', { token, password: NEW }).expect(400, /RESET_PASSWORD_BAD_TOKEN/);
    const user = await addUser();

    const outlived = await service.generateToken(user, 'reset-password');
    travel(61);
    await reset(outlived);
    jest.useRealTimers();

    const beforeMove = await service.generateToken(user, 'reset-password');
    const moved = await service.updateUser(user, { email: 'new@example.com' });
    await reset(beforeMove);

    const beforeEnd = await service.generateToken(moved, 'reset-password');
    await service.updateUser(moved, { isActive: false });
    await reset(beforeEnd);
    await service.updateUser(moved.id, { isActive: true });
    await reset(beforeEnd);
  });

  test.each([['verification'], ['access']])('a %s token resets nothing', async (kind) => {
    const { api, login, service } = await boot();
    const ada = await login();
    const token = kind === 'access' ? ada.token : await service.generateToken(ada.user, 'verification');
    await api.post('/auth/reset-password', { token, password: NEW }).expect(400, /RESET_PASSWORD_BAD_TOKEN/);
    await api.login(ADA.email, PASSWORD);
  });
});
