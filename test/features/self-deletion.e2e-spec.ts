import { cookie, database } from 'nestjs-users';
import { cookiesOf } from '../support/api.js';
import { onEachHost, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { Session } from '../support/users.js';

const OPTIONS = { currentUser: { deletion: true } };

onEachHost((boot) => {
  test('users delete themselves, and every login of theirs is over', async () => {
    const { api, login, users } = await boot(OPTIONS);
    const ada = await login();
    const other = await api.loggedIn('ada@example.com', PASSWORD, 'jwt');
    await ada.api.delete('/users/me').expect(204);
    expect(await users.count()).toBe(0);
    await ada.api.get('/users/me').expect(401);
    await other.get('/users/me').expect(401);
    await ada.api.delete('/users/me').expect(401);
  });

  test('it needs a recent login or the current password', async () => {
    const { login, users } = await boot(OPTIONS);
    const { api } = await login();
    travel(601);
    await api.delete('/users/me').expect(403, /REAUTHENTICATION_REQUIRED/);
    await api.delete('/users/me').send({ currentPassword: 'wrong password' }).expect(403);
    await api.delete('/users/me').send({ currentPassword: 7 }).expect(422);
    expect(await users.count()).toBe(1);
    await api.delete('/users/me').send({ currentPassword: PASSWORD }).expect(204);
    expect(await users.count()).toBe(0);
  });

  test('the last superuser stays; a hook may refuse', async () => {
    const { login, users } = await boot(OPTIONS);
    const root = await login({ isSuperuser: true });
    await root.api.delete('/users/me').expect(409, /LAST_SUPERUSER/);
    await root.api.get('/users/me').expect(200);
    await login({ email: 'second@example.com', isSuperuser: true });
    await root.api.delete('/users/me').expect(204);
    expect(await users.count()).toBe(1);

    const refusing = await boot({
      ...OPTIONS,
      hooks: {
        preDeleteHook: () => {
          throw new Error('bills are open');
        },
      },
    });
    const ada = await refusing.login();
    await ada.api.delete('/users/me').expect(403);
    await ada.api.get('/users/me').expect(200);
  });

  test.each(['patch', 'delete'] as const)(
    'a %s of an account that is deleted meanwhile is 401',
    async (method) => {
      let remove = async (): Promise<unknown> => undefined;
      const leave = () => remove();
      const host = await boot({ ...OPTIONS, hooks: { preUpdateHook: leave, preDeleteHook: leave } });
      const { user, api } = await host.login();
      remove = () => host.users.delete({ id: user.id });
      await api[method]('/users/me')
        .send(method === 'patch' ? { fullName: 'Ada' } : {})
        .expect(401);
      expect(await host.users.count()).toBe(0);
    },
  );

  test('two superusers who leave at once: one stays', async () => {
    const { login, users } = await boot(OPTIONS);
    const [one, two] = [
      await login({ email: 'one@example.com', isSuperuser: true }),
      await login({ email: 'two@example.com', isSuperuser: true }),
    ];
    const answers = await Promise.all([one.api.delete('/users/me'), two.api.delete('/users/me')]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
    expect(await users.count()).toBe(1);
  });

  test('a cookie goes with its user', async () => {
    const backends = [{ name: 'web', transport: cookie(), strategy: database() }];
    const { api, addUser, sessions } = await boot({ ...OPTIONS, backends, session: Session });
    await addUser();
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    await web
      .with({ 'sec-fetch-site': 'cross-site' })
      .delete('/users/me')
      .expect(403, /CROSS_ORIGIN/);
    const answer = await web.delete('/users/me').expect(204);
    expect(cookiesOf(answer)[0]).toContain('Max-Age=0');
    expect(await sessions?.count()).toBe(0);
  });

  test('without the option there is no such route; unverified users have none', async () => {
    const closed = await boot();
    const ada = await closed.login();
    const root = await closed.login({ email: 'root@example.com', isSuperuser: true });
    // What answers is the administration of users, to which `me` is nobody.
    await ada.api.delete('/users/me').expect(403);
    await root.api.delete('/users/me').expect(404);
    expect(await closed.users.count()).toBe(2);

    const { login, users } = await boot({ ...OPTIONS, requireVerification: true });
    const { api, user } = await login();
    await users.update({ id: user.id as string }, { isVerified: false });
    await api.delete('/users/me').expect(403);
    expect(await users.count()).toBe(1);
  });
});
