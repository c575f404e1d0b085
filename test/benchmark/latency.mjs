import { setTimeout } from 'node:timers/promises';
import { inRounds, load, loadLogins, medianOf, ratioOf, withServers } from './harness.mjs';

const CONNECTIONS = 16;
const LOGINS_IN_FLIGHT = 100;
const HEAD_START_SECONDS = 0.3;

/** How long `GET /users/me` takes while logins hash, beside how long it takes when nobody logs in. */
export async function measureLatency({ adapter, rounds, seconds, root }) {
  const contestants = ['bare', 'ours'].map((name) => ({ name, root }));
  const results = await withServers(adapter, contestants, (servers) =>
    inRounds(servers, rounds, (server) => measure(server, seconds)),
  );

  const slowdown = (name) => ratioOf(results[name], results[name], 'busy', 'idle');
  return {
    title: `p99 of GET /users/me on ${adapter} with ${LOGINS_IN_FLIGHT} logins in flight, ${CONNECTIONS} connections`,
    rows: contestants.map(({ name }) => ({
      server: name,
      'idle ms': medianOf(results[name], 'idle'),
      'busy ms': medianOf(results[name], 'busy'),
      'busy / idle': slowdown(name),
    })),
    ratios: [{ ratio: 'ours: busy / idle', value: slowdown('ours'), atMost: 3 }],
  };
}

async function measure(server, seconds) {
  const read = { path: '/users/me', seconds, connections: CONNECTIONS };
  const idle = await load(server, read);
  const [busy] = await Promise.all([
    setTimeout(1000 * HEAD_START_SECONDS).then(() => load(server, read)),
    // They outlast the reads, so that no read goes without them.
    loadLogins(server, { seconds: seconds + 2 * HEAD_START_SECONDS, connections: LOGINS_IN_FLIGHT }),
  ]);
  return { idle: idle.p99, busy: busy.p99 };
}
