import { onEachHost, PASSWORD } from '../support/host.js';

onEachHost((host) => {
  test('registers a user and shows what the read DTO exposes', async () => {
    const { api, users } = await host();

    const { body } = await api
      .post('/auth/register', { email: 'ada@example.com', password: PASSWORD })
      .expect(201);

    const [stored] = await users.find();
    expect(body).toEqual({
      id: stored?.id,
      email: 'ada@example.com',
      isActive: true,
      isSuperuser: false,
      isVerified: false,
    });
  });
});
