import { captureMails, settled } from 'nestjs-users/testing';
import { onEachHost, PASSWORD } from '../support/host.js';

onEachHost((boot) => {
  test('each send hook gives a mail, and none is called', async () => {
    const {
      app,
      api,
      outbox: ofHost,
      addUser,
    } = await boot({
      fresh: true,
      requireVerification: true,
      registration: { concealExisting: true },
      limits: { mails: false, notices: false },
    });
    const outbox = captureMails(app);
    const address = 'ada@example.com';
    const registration = { email: address, password: PASSWORD };
    await api.post('/auth/register', registration).expect(202);
    const { token, user } = await outbox.next('verification', address);
    expect(user.email).toBe(address);
    await api.post('/auth/verify', { token }).expect(200);

    await api.post('/auth/register', registration).expect(202);
    expect(await outbox.next('registration-attempt', address)).not.toHaveProperty('token');

    await api.post('/auth/forgot-password', { email: address }).expect(202);
    const reset = await outbox.next('reset-password');
    await api.post('/auth/reset-password', { token: reset.token, password: 'a new password' }).expect(200);

    const own = api.as(await api.login(address, 'a new password'));
    const bob = await addUser({ email: 'bob@example.com' });
    await own.patch('/users/me', { email: 'lovelace@example.com' }).expect(200);
    const change = await outbox.next('verification', 'lovelace@example.com');
    await api.post('/auth/verify', { token: change.token }).expect(200);
    expect(await outbox.next('email-change-notice', address)).toMatchObject({
      user: { email: 'lovelace@example.com' },
    });

    await api.post('/auth/forgot-password', { email: bob.email }).expect(202);
    await settled(app);
    expect(outbox.mails.map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      `verification ${address}`,
      `registration-attempt ${address}`,
      `reset-password ${address}`,
      'verification lovelace@example.com',
      `email-change-notice ${address}`,
      'reset-password bob@example.com',
    ]);
    expect(ofHost.mails).toEqual([]);
  });

  test('a mail is taken once, and does not wait for its random moment', async () => {
    const { app, api, addUser } = await boot({ fresh: true });
    await addUser();
    const outbox = captureMails(app);
    const start = performance.now();
    for (let times = 0; times < 10; times++) {
      await api.post('/auth/forgot-password', { email: 'ada@example.com' }).expect(202);
      await outbox.next('reset-password', 'ada@example.com');
    }
    expect(performance.now() - start).toBeLessThan(3000);
    await expect(outbox.next('reset-password')).rejects.toThrow(
      'No mail reset-password is in the outbox, only: nothing.',
    );
    await api.post('/auth/forgot-password', { email: 'nobody@example.com' }).expect(202);
    await api.post('/auth/forgot-password', { email: 'ada@example.com' }).expect(202);
    await expect(outbox.next('verification', 'nobody@example.com')).rejects.toThrow(
      'No mail verification to nobody@example.com is in the outbox, only: reset-password to ada@example.com.',
    );
  });

  test('a new outbox takes over, and the hooks of the host come back', async () => {
    const { app, api, outbox: ofHost, addUser } = await boot({ fresh: true });
    await addUser();
    const forget = async () => {
      await api.post('/auth/forgot-password', { email: 'ada@example.com' }).expect(202);
      await settled(app);
    };
    const first = captureMails(app);
    const second = captureMails(app);
    await forget();
    first.restore();
    await forget();
    expect([first.mails.length, second.mails.length, ofHost.mails.length]).toEqual([0, 2, 0]);
    second.restore();
    await forget();
    expect([second.mails.length, ofHost.mails.length]).toEqual([2, 1]);
  });

  test('all other hooks run, on the real service of the host', async () => {
    const seen: unknown[] = [];
    const { app, api } = await boot({
      fresh: true,
      requireVerification: true,
      hooks: { postRegistrationHook: (user) => seen.push(user.email) },
    });
    const outbox = captureMails(app);
    await api.post('/auth/register', { email: 'ada@example.com', password: PASSWORD }).expect(201);
    await outbox.next('verification');
    expect(seen).toEqual(['ada@example.com']);
  });
});
