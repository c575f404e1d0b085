import { type Host, onEachHost, PASSWORD } from '../support/host.js';

const ROUNDS = 6;

/** The least time of a login, in milliseconds: what else the machine does only ever adds to it. */
async function loginTime(api: Host['api'], email: string, password: string): Promise<number> {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await api.post('/auth/jwt/login', { email, password });
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

onEachHost((host) => {
  test('the time of a login does not tell who exists: the hasher runs once for everybody', async () => {
    const { api, addUser, users } = await host({
      passwords: { argon2id: { memoryKibibytes: 32_768, passes: 3 } },
    });
    const ada = await addUser();
    await addUser({ email: 'inactive@example.com', isActive: false });
    await addUser({ email: 'passwordless@example.com', password: undefined });
    const garbled = await addUser({ email: 'garbled@example.com' });
    await users.update({ id: garbled.id }, { passwordHash: 'not a hash' });
    const right = await loginTime(api, ada.email, PASSWORD);

    for (const name of ['ada', 'inactive', 'passwordless', 'garbled', 'nobody', 'ádá']) {
      const ratio = (await loginTime(api, `${name}@example.com`, 'wrong password')) / right;
      expect([name, ratio > 0.6 && ratio < 1.7]).toEqual([name, true]);
    }
  });
});
