import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../support/api.js';
import { databasesUnderTest } from '../support/databases.js';
import { flood, PATIENCE_MS, serverFaults } from '../support/flood.js';
import { ADAPTERS, leaveOut, PASSWORD } from '../support/host.js';
import { SecretsScan } from '../support/secrets-scan.js';
import { startPostgres } from '../support/servers.js';
import { lastingDatabase, WholePlace } from '../support/whole-process.js';
import { ofToday } from '../support/profiles.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

const REQUESTS = 600;
const FAILING = { service: 'failing', flags: ['--unhandled-rejections=strict'] } as const;
const UNVERIFIED = { email: 'unverified@example.com', password: PASSWORD };
const ROOT = { email: 'root@example.com', password: PASSWORD };

/** Every feature whose hooks run behind the answer, often enough that each of them fails in every way. */
async function provoke(url: string): Promise<Set<number>> {
  const statuses = new Set<number>();
  const post = async (path: string, body: object) => {
    const init = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    };
    const answer = await fetch(url + path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
      () => undefined,
    );
    statuses.add(answer?.status ?? 0);
  };
  const rounds = Array.from({ length: 40 }, (_, round) => [
    post('/auth/forgot-password', ROOT),
    post('/auth/request-verify-token', UNVERIFIED),
    post('/auth/register', { ...ROOT, email: `provoked${round}@example.com` }),
    post('/auth/jwt/login', ROOT),
  ]);
  await Promise.all(rounds.flat());
  return statuses;
}

test.each(ofToday(ADAPTERS))(
  'no hook that throws, rejects late or hangs ends the process (%s)',
  async (adapter) => {
    const place = await WholePlace.create(await lastingDatabase('sqlite'));
    const [root] = await place.addMembers([ROOT.email], { isSuperuser: true });
    await place.addMembers([UNVERIFIED.email], { isVerified: false });
    const child = await place.start(adapter, FAILING);
    try {
      const api = new Api(child.url, new SecretsScan());
      const tokens: string[] = [];
      while (tokens.length < 3) {
        const { body } = await api
          .post('/auth/jwt/login', ROOT)
          .timeout(PATIENCE_MS)
          .catch(() => ({ body: {} }));
        const { access_token: token } = body as { access_token?: string };
        if (token !== undefined) tokens.push(token);
      }
      expect(serverFaults(await flood(child.url, tokens, [root.id], REQUESTS))).toEqual([]);
      expect([...(await provoke(child.url))].filter((status) => status >= 500)).toEqual([]);
      // Mails wait for up to a second.
      await delay(1200);
      await api.get('/outbox').expect(200);
    } finally {
      child.kill();
      await child.ended;
      await place.close();
    }
  },
);

describe('a database that goes away', () => {
  if (!databasesUnderTest().includes('postgres')) {
    leaveOut('postgres');
    return;
  }

  test.each(ofToday(ADAPTERS))('ends no process, whatever the hooks of the host do (%s)', async (adapter) => {
    const server = await startPostgres();
    const options = { type: 'postgres', url: server.url } as const;
    const place = await WholePlace.create({ options, drop: async () => undefined });
    const [root] = await place.addMembers([ROOT.email], { isSuperuser: true });
    await place.addMembers([UNVERIFIED.email], { isVerified: false });
    await place.source.destroy();
    const child = await place.start(adapter, FAILING);
    try {
      const api = new Api(child.url, new SecretsScan());
      const requests = () => flood(child.url, ['x'], [root.id], 300);
      await requests();
      await provoke(child.url);
      const during = requests();
      await delay(100);
      await server.kill();
      expect(serverFaults(await during).filter((status) => status !== 503)).toEqual([]);
      await delay(1200);
      await server.restart();
      expect(serverFaults(await requests()).filter((status) => status !== 503)).toEqual([]);
      await api.get('/outbox').expect(200);
    } finally {
      child.kill();
      await child.ended;
      await server.stop();
    }
  });
});
