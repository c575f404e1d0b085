import { type Combination, combine, STRATEGIES } from '../support/backends.js';
import { onEachHost, PASSWORD } from '../support/host.js';

/** Statements: a login's, an authenticated request's, a logout's. */
const EXPECTED = {
  jwt: [1, 1, 2],
  'jwt with sessions': [2, 1, 2],
  database: [2, 1, 2],
  'redis on redis': [1, 1, 1],
  'redis on ioredis': [1, 1, 1],
};

onEachHost((boot) => {
  let combination: Combination;
  afterEach(() => combination.close());

  test.each(STRATEGIES)('%s asks the database as often as it must', async (strategy) => {
    combination = await combine('bearer', strategy);
    const { api, addUser, queries, settled } = await boot(combination.options);
    await addUser();
    // The first login of a process looks for expired sessions, after the answer.
    await api.loggedIn('ada@example.com', PASSWORD, 'main');
    await settled();
    let client = api;
    const count = async (work: () => Promise<unknown>) => (await queries.during(work)).length;
    const counts = [
      await count(async () => (client = await api.loggedIn('ada@example.com', PASSWORD, 'main'))),
      await count(() => client.get('/users/me').expect(200)),
      await count(() => client.post('/auth/main/logout').expect(204)),
    ];
    expect(counts).toEqual(EXPECTED[strategy]);
  });
});
