import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { combine, STRATEGIES, type Combination, TRANSPORTS } from '../support/backends.js';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';

const NEW_PASSWORD = 'a new password indeed';
const COMBINATIONS = STRATEGIES.flatMap((strategy) =>
  (Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[]).map((transport) => ({ transport, strategy })),
);

type Client = Awaited<ReturnType<Host['api']['loggedIn']>>;

onEachHost({ takesLong: true }, (boot, adapter, _database, profile) => {
  // Each boots a host for every test, so a half of them meets the one adapter plain and the other harsh.
  const isTurn = ({ transport }: (typeof COMBINATIONS)[number]) =>
    (transport === 'bearer') === ((adapter === 'express') === (profile === 'plain'));

  describe.each(COMBINATIONS.filter(isTurn))('$strategy × $transport', ({ transport, strategy }) => {
    let combination: Combination;
    let host: Host;
    let first: Client;
    let second: Client;

    beforeEach(async () => {
      combination = await combine(transport, strategy);
      host = await boot(combination.options);
      await host.addUser();
      [first, second] = [await logIn(), await logIn()];
      for (const client of [first, second]) await client.get('/users/me').expect(200);
    });
    afterEach(() => combination.close());

    const logIn = () => host.api.loggedIn('ada@example.com', PASSWORD, 'main');
    const expectDead = async (client: Client) => {
      const answer = await client.get('/users/me').expect(401);
      expect(answer.headers['www-authenticate']).toMatch(transport === 'bearer' ? /^Bearer$/ : /^Cookie /);
      await client.post('/auth/main/logout').expect(401);
    };
    const administer = async (): Promise<Client> => {
      await host.addUser({ email: 'root@example.com', isSuperuser: true });
      return host.api.loggedIn('root@example.com', PASSWORD, 'main');
    };
    const ada = () => host.users.findOneByOrFail({ email: 'ada@example.com' });

    test('logout ends the credential, and others only where nothing of a single one is stored', async () => {
      await first.post('/auth/main/logout').expect(204);
      await expectDead(first);
      await second.get('/users/me').expect(strategy === 'jwt' ? 401 : 200);
    });

    test('logging out everywhere ends every credential', async () => {
      await first.post('/auth/main/logout-all').expect(204);
      await expectDead(first);
      await expectDead(second);
      await (await logIn()).get('/users/me').expect(200);
    });

    test('after a password change the login that did it goes on with a fresh credential alone', async () => {
      const answer: Response = await first.patch('/users/me', { password: NEW_PASSWORD }).expect(200);
      await expectDead(first);
      await expectDead(second);
      const fresh = host.api.carrying(answer);
      await fresh.get('/users/me').expect(200);
      await fresh.post('/auth/main/logout').expect(204);
      await expectDead(fresh);
    });

    test('a reset ends every credential', async () => {
      await host.api.post('/auth/forgot-password', { email: 'ada@example.com' }).expect(202);
      await host.settled();
      const { token } = host.outbox.last();
      await host.api.post('/auth/reset-password', { token, password: NEW_PASSWORD }).expect(200);
      await expectDead(first);
      await expectDead(second);
    });

    test('deactivation ends every credential for good', async () => {
      const root = await administer();
      const { id } = await ada();
      await root.patch(`/users/${id}`, { isActive: false }).expect(200);
      await expectDead(first);
      await root.patch(`/users/${id}`, { isActive: true }).expect(200);
      await expectDead(first);
      await expectDead(second);
    });

    test('deletion ends every credential, and neither a new registration nor restoring revives one', async () => {
      const root = await administer();
      const { id } = await ada();
      await root.delete(`/users/${id}`).expect(204);
      await expectDead(first);
      await host.addAgain({ id, email: 'ada@example.com' });
      await expectDead(first);
      await expectDead(second);
      await root.get('/users/me').expect(200);
    });

    test('what is stored of a token is of no use', async () => {
      const stored = JSON.stringify([await combination.dump(), await sessionRows(host)]);
      const credentials = [first, second].map(
        ({ headers }) => headers['authorization'] ?? headers['cookie'] ?? '',
      );
      const tokens = credentials.map((credential) => credential.replace(/^Bearer |^[^=]+=/, ''));
      expect(tokens.filter((token) => token.length < 40 || stored.includes(token))).toEqual([]);

      const values = stored.match(/[\w-]{32,}/g) ?? [];
      for (const value of new Set(values)) {
        await host.api.as(value).get('/users/me').expect(401);
        await host.api
          .with({ cookie: `__Host-session=${value}` })
          .get('/users/me')
          .expect(401);
      }
      // A JWT's session is a row without a token, and its id is short on a harsh host.
      const isShort = strategy === 'jwt with sessions' && host.profile === 'harsh';
      expect(values.length > 0).toBe(strategy !== 'jwt' && !isShort);
    });
  });
});

const sessionRows = ({ app, sessions }: Host): Promise<unknown> =>
  sessions ? app.get(DataSource).query(`SELECT * FROM ${sessions.metadata.tablePath}`) : Promise.resolve([]);
