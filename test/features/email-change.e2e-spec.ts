import { InvalidIdentifierError } from 'nestjs-users';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';

const NEW = 'lovelace@example.com';
const CONFIRMED = { requireVerification: true };
const IMMEDIATE = { requireVerification: true, currentUser: { emailChange: 'immediate' } } as const;

const kinds = ({ outbox }: Host) => outbox.mails.map(({ kind, to }) => `${kind} to ${to}`);

onEachHost((boot) => {
  describe('confirmed', () => {
    test('code that asks for a change may give the address as somebody typed it', async () => {
      const { service, addUser, outbox, settled, api, users } = await boot(CONFIRMED);
      const ada = await addUser();
      service.mailEmailChange(ada, ' New@EXAMPLE.org ');
      await settled();
      await api.post('/auth/verify', { token: outbox.last('new@example.org').token }).expect(200);
      expect(await users.findOneByOrFail({ id: ada.id as string })).toMatchObject({
        email: 'new@example.org',
      });
      for (const address of ['', 'nobody', 'ＮＥＷ@example.org']) {
        expect(() => service.mailEmailChange(ada, address)).toThrow(InvalidIdentifierError);
      }
    });

    test('a new address takes effect when somebody uses the token that is mailed to it; the old one is told', async () => {
      const host = await boot(CONFIRMED);
      const { api } = await host.login();
      const { body } = await api.patch('/users/me', { email: ` ${NEW.toUpperCase()}` }).expect(200);
      expect(body).toMatchObject({ email: 'ada@example.com', isVerified: true });
      await host.settled();
      expect(kinds(host)).toEqual([`verification to ${NEW}`]);
      await api.get('/users/me').expect(200);

      const { token } = host.outbox.last();
      const confirmed = await host.api.post('/auth/verify', { token }).expect(200);
      expect(confirmed.body).toMatchObject({ email: NEW, isVerified: true });
      await host.settled();
      expect(kinds(host)).toEqual([`verification to ${NEW}`, 'email-change-notice to ada@example.com']);
      await host.api.post('/auth/verify', { token }).expect(400, /VERIFY_USER_BAD_TOKEN/);
      await host.api.login(NEW, PASSWORD);
      await host.api.post('/auth/jwt/login', { email: 'ada@example.com', password: PASSWORD }).expect(400);
      await api.get('/users/me').expect(200);
    });

    test('other changes of the same request are made at once', async () => {
      const host = await boot(CONFIRMED);
      const { api } = await host.login();
      const change = { email: NEW, password: 'a new password indeed' };
      const { body } = await api.patch('/users/me', change).expect(200);
      expect(body.email).toBe('ada@example.com');
      await host.settled();
      const { token } = host.outbox.last(NEW);
      await host.api.post('/auth/verify', { token }).expect(200, /lovelace/);
      await host.api.login(NEW, 'a new password indeed');
    });

    test('the token dies with a password change, another address, deactivation, deletion and an hour', async () => {
      const events: Record<string, (host: Host, api: Host['api'], id: string) => Promise<unknown>> = {
        'password change': (_running, api) =>
          api.patch('/users/me', { password: 'a new password indeed' }).expect(200),
        'an address from an administrator': ({ service }, _api, id) =>
          service.updateUser(id, { email: 'other@example.com' }),
        deactivation: ({ service }, _api, id) => service.updateUser(id, { isActive: false }),
        deletion: ({ service }, _api, id) => service.deleteUser(id),
        'an hour': async () => travel(3601),
      };
      const host = await boot(CONFIRMED);
      for (const [index, event] of Object.values(events).entries()) {
        const email = `user${index}@example.com`;
        const { api, user } = await host.login({ email });
        await api.patch('/users/me', { email: `new${index}@example.com` }).expect(200);
        await host.settled();
        const { token } = host.outbox.last(`new${index}@example.com`);
        await event(host, api, user.id as string);
        await host.api.post('/auth/verify', { token }).expect(400, /VERIFY_USER_BAD_TOKEN/);
        expect(await host.users.countBy({ email: `new${index}@example.com` })).toBe(0);
      }
    });

    test('of two changes, only an address whose mail was read becomes the user’s', async () => {
      const host = await boot(CONFIRMED);
      const { api, user } = await host.login();
      await Promise.all([
        api.patch('/users/me', { email: 'one@example.com' }),
        api.patch('/users/me', { email: 'two@example.com' }),
      ]);
      await host.settled();
      const [one, two] = ['one@example.com', 'two@example.com'].map(
        (address) => host.outbox.last(address).token,
      );
      const verify = (token: string | undefined) => host.api.post('/auth/verify', { token });
      const statuses = (await Promise.all([verify(one), verify(two), verify(one), verify(two)])).map(
        ({ status }) => status,
      );
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      const { email, isVerified } = await host.users.findOneByOrFail({ id: user.id as string });
      expect(['one@example.com', 'two@example.com']).toContain(email);
      expect(isVerified).toBe(true);
    });

    test('a taken address is refused at once, and one that is taken meanwhile when it is confirmed', async () => {
      const host = await boot(CONFIRMED);
      await host.addUser({ email: 'eve@example.com' });
      const { api } = await host.login();
      await api
        .patch('/users/me', { email: 'eve@example.com' })
        .expect(400, /UPDATE_USER_EMAIL_ALREADY_EXISTS/);
      await api.patch('/users/me', { email: NEW }).expect(200);
      await host.settled();
      await host.addUser({ email: NEW });
      const { token } = host.outbox.last(NEW);
      await host.api.post('/auth/verify', { token }).expect(400, /UPDATE_USER_EMAIL_ALREADY_EXISTS/);
    });

    test('where addresses are concealed, a taken one answers like a free one, and its owner is told', async () => {
      const host = await boot({ ...CONFIRMED, registration: { concealExisting: true } });
      await host.addUser({ email: 'eve@example.com' });
      const { api } = await host.login();
      const taken = await api.patch('/users/me', { email: 'eve@example.com' }).expect(200);
      const free = await api.patch('/users/me', { email: NEW }).expect(200);
      expect(taken.body).toEqual(free.body);
      expect(Object.keys(taken.headers).sort()).toEqual(Object.keys(free.headers).sort());
      await host.settled();
      expect(new Set(kinds(host))).toEqual(
        new Set(['registration-attempt to eve@example.com', `verification to ${NEW}`]),
      );
    });

    test('a hook may refuse the address; others hear of it when it is the user’s', async () => {
      const heard: unknown[] = [];
      const host = await boot({
        ...CONFIRMED,
        hooks: {
          preUpdateHook: (_user, changes) => {
            if (changes.email?.endsWith('@forbidden.example')) throw new Error('not there');
          },
          postUpdateHook: (user, changes) => heard.push([user.email, changes]),
        },
      });
      const { api } = await host.login();
      await api.patch('/users/me', { email: 'ada@forbidden.example' }).expect(403);
      await api.patch('/users/me', { email: NEW }).expect(200);
      await host.settled();
      expect(host.outbox.mails).toHaveLength(1);
      expect(heard).toEqual([]);
      await host.api.post('/auth/verify', { token: host.outbox.last(NEW).token }).expect(200);
      expect(heard).toEqual([[NEW, { email: NEW, isVerified: true }]]);
    });

    test('a login that is not recent needs the current password', async () => {
      const host = await boot(CONFIRMED);
      const { api } = await host.login();
      travel(601);
      await api.patch('/users/me', { email: NEW }).expect(403, /REAUTHENTICATION_REQUIRED/);
      await host.settled();
      expect(host.outbox.mails).toEqual([]);
      await api.patch('/users/me', { email: NEW, currentPassword: PASSWORD }).expect(200);
    });

    test('the token is good for nothing else, and no other token confirms an address', async () => {
      const host = await boot(CONFIRMED);
      const { api, user } = await host.login();
      await api.patch('/users/me', { email: NEW }).expect(200);
      await host.settled();
      const { token } = host.outbox.last(NEW);
      await host.api.as(token).get('/users/me').expect(401);
      await host.api
        .post('/auth/reset-password', { token, password: 'a new password' })
        .expect(400, /RESET_PASSWORD_BAD_TOKEN/);
      const reset = await host.service.generateToken(user, 'reset-password');
      await host.api.post('/auth/verify', { token: reset }).expect(400, /VERIFY_USER_BAD_TOKEN/);
    });
  });

  describe('immediate', () => {
    test('a new address takes effect at once, unverified, and is mailed a token; the old one is told', async () => {
      const host = await boot(IMMEDIATE);
      const { api } = await host.login();
      const { body } = await api.patch('/users/me', { email: NEW }).expect(200);
      expect(body).toMatchObject({ email: NEW, isVerified: false });
      await host.settled();
      expect(new Set(kinds(host))).toEqual(
        new Set([`verification to ${NEW}`, 'email-change-notice to ada@example.com']),
      );
      await api.get('/users/me').expect(403);
      const { token } = host.outbox.last(NEW);
      await host.api.post('/auth/verify', { token }).expect(200);
      await api.get('/users/me').expect(200);
    });

    test('is the default without verification', async () => {
      const host = await boot();
      const { api } = await host.login();
      expect((await api.patch('/users/me', { email: NEW }).expect(200)).body.email).toBe(NEW);
    });
  });
});
