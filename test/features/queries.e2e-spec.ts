import { onEachHost, PASSWORD } from '../support/host.js';

onEachHost({ readsLists: true }, (boot, _adapter, database) => {
  // A transaction and a lock of the row, behind which the right to do so is asked for.
  const behindLock = database === 'postgres' ? 3 : 0;

  test('no route asks the database more often than it must', async () => {
    const { api, login, addUser, service, queries } = await boot();
    const ada = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const bob = await addUser({ email: 'bob@example.com', isVerified: false });
    const verification = await service.generateToken(bob, 'verification');
    const reset = await service.generateToken(bob, 'reset-password');
    const email = bob.email;

    const count = async (request: PromiseLike<{ status: number }>) => {
      const statements = await queries.during(async () => expect((await request).status).toBeLessThan(300));
      // The version, and the default isolation level, are asked for once.
      return statements.filter((statement) => !/^(SELECT VERSION|SHOW )/.test(statement)).length;
    };
    expect({
      login: await count(api.post('/auth/jwt/login', { email: 'ada@example.com', password: PASSWORD })),
      register: await count(api.post('/auth/register', { email: 'new@example.com', password: PASSWORD })),
      requestVerify: await count(api.post('/auth/request-verify-token', { email })),
      verify: await count(api.post('/auth/verify', { token: verification })),
      forgotPassword: await count(api.post('/auth/forgot-password', { email })),
      resetPassword: await count(
        api.post('/auth/reset-password', { token: reset, password: 'a new password' }),
      ),
      me: await count(ada.api.get('/users/me')),
      patchMe: await count(ada.api.patch('/users/me', { email: 'moved@example.com' })),
      users: await count(root.api.get('/users')),
      user: await count(root.api.get(`/users/${bob.id}`)),
      createUser: await count(root.api.post('/users', { email: 'made@example.com', password: PASSWORD })),
      patchUser: await count(root.api.patch(`/users/${bob.id}`, { isActive: false })),
      deleteUser: await count(root.api.delete(`/users/${bob.id}`)),
      logout: await count(ada.api.post('/auth/jwt/logout')),
    }).toEqual({
      login: 1,
      register: 2,
      requestVerify: 1,
      verify: 2,
      forgotPassword: 1,
      resetPassword: 2,
      me: 1,
      patchMe: 3,
      users: 2,
      user: 2,
      // One transaction, in which the right to do so is asked for once more.
      createUser: 6,
      patchUser: 4 + behindLock,
      deleteUser: 3 + behindLock,
      logout: 2,
    });
  });
});
