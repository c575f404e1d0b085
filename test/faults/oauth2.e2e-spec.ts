import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Api } from '../support/api.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, onEachAdapter } from '../support/host.js';
import {
  createDatabase,
  type Database,
  databasesUnderTest,
  type TestDatabase,
} from '../support/databases.js';
import { BEARER, loopback, OAuthAccount, OneTimeToken, Visitor, withProviders } from '../support/oauth2.js';
import { startProcess } from '../support/processes.js';
import { SecretsScan } from '../support/secrets-scan.js';
import { startPostgres } from '../support/servers.js';
import { Session, User } from '../support/users.js';
import { ofToday } from '../support/profiles.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const LOGINS = 60;

let acme: HostileProvider;

beforeAll(async () => {
  acme = await startHostileProvider();
});
afterAll(() => acme.close());

const emailOf = (index: number) => `user${index}@example.com`;

/** First logins of different accounts that stand before their callbacks. */
async function waiting(host: Pick<Host, 'api' | 'scan'>): Promise<(() => Promise<number>)[]> {
  const ways = [];
  for (let index = 0; index < LOGINS; index++) {
    acme.claims = { sub: `user-${index}`, email: emailOf(index), email_verified: true };
    const visitor = new Visitor(host);
    const callback = acme.authorize(await visitor.authorize('/auth/acme/authorize'));
    ways.push(() =>
      visitor.back(callback).then(
        ({ status }) => status,
        () => 0,
      ),
    );
  }
  return ways;
}

/** All at once, until so many are answered: then something happens while the others are under way. */
async function flooded(
  ways: readonly (() => Promise<number>)[],
  answers: number,
  happens: () => unknown,
): Promise<number[]> {
  let left = answers;
  let happening: unknown;
  const statuses = ways.map(async (way) => {
    const status = await way();
    if (--left === 0) happening = happens();
    return status;
  });
  const all = await Promise.all(statuses);
  await happening;
  return all;
}

/** Nobody without a link, no link without its user; whoever was told that they are logged in is there. */
async function expectWhole(source: DataSource, statuses: readonly number[]): Promise<void> {
  const users = await source.getRepository(User).find();
  const links = await source.getRepository(OAuthAccount).find({ relations: { user: true } });
  expect(links.map(({ user }) => user.email).sort()).toEqual(users.map(({ email }) => email).sort());
  const known = new Set(users.map(({ email }) => email));
  const lost = statuses.flatMap((status, index) =>
    status === 200 && !known.has(emailOf(index)) ? [index] : [],
  );
  expect(lost).toEqual([]);
}

onEachAdapter('postgres', { takesLong: true }, (boot) => {
  test('first logins across a crash of the database are whole or absent, and can be done again', async () => {
    const server = await startPostgres();
    const options: DataSourceOptions = { type: 'postgres', url: server.url };
    const { issuer, clientId, clientSecret } = acme;
    const host = await boot({
      ...BEARER,
      ...withProviders([loopback('acme', issuer, { clientId, clientSecret })]),
      place: { options, drop: () => server.stop() },
    });
    const ways = await waiting(host);
    const statuses = await flooded(ways, 10, async () => {
      await server.kill();
      await server.restart();
    });
    expect(new Set(statuses)).toEqual(new Set([200, 503]));

    await expectWhole(host.app.get(DataSource), statuses);
    const again = await Promise.all((await waiting(host)).map((way) => way()));
    expect(new Set(again)).toEqual(new Set([200]));
    expect(await host.users.count()).toBe(LOGINS);
  });
});

const entities = [User, Session, OAuthAccount, OneTimeToken];

/** A database that outlives the process that uses it. */
async function lasting(database: Database): Promise<TestDatabase> {
  if (database !== 'sqlite') return createDatabase(database);
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-'));
  const options: DataSourceOptions = { type: 'better-sqlite3', database: join(folder, 'app.sqlite') };
  return { options, drop: async () => rmSync(folder, { recursive: true }) };
}

describe.each(ofToday(databasesUnderTest()))('%s', (database) => {
  test('first logins across a kill -9 of the application are whole or absent', async () => {
    const place = await lasting(database);
    const source = await new DataSource({ ...place.options, entities, synchronize: true }).initialize();
    try {
      for (const [round, adapter] of (['express', 'fastify'] as const).entries()) {
        const child = await startProcess({
          adapter,
          database: place.options,
          timeZone: 'UTC',
          keepsSessions: true,
          provider: { issuer: acme.issuer, clientId: acme.clientId, clientSecret: acme.clientSecret },
        });
        const scan = new SecretsScan();
        const ways = await waiting({ api: new Api(child.url, scan), scan });
        const statuses = await flooded(ways, 10 + 15 * round, child.kill);
        expect(new Set(statuses)).toEqual(new Set([200, 0]));
        await expectWhole(source, statuses);
        await source.getRepository(User).createQueryBuilder().delete().execute();
      }
    } finally {
      await source.destroy();
      await place.drop();
    }
  }, 60_000);
});
