import { inRounds, loadLogins, medianOf, ratioOf, withServers } from './harness.mjs';

const CONNECTIONS = 16;
/** A hash takes milliseconds: a round needs some hundreds of them. */
const SECONDS_FACTOR = 2;

/** Logins of nestjs-users beside a handler that does nothing but verify one argon2id hash of the same costs. */
export async function measureLogin({ adapter, rounds, seconds, root }) {
  const contestants = ['bare', 'ours'].map((name) => ({ name, root }));
  const results = await withServers(adapter, contestants, (servers) =>
    inRounds(servers, rounds, (server) =>
      loadLogins(server, { seconds: SECONDS_FACTOR * seconds, connections: CONNECTIONS }),
    ),
  );

  return {
    title: `POST /auth/jwt/login on ${adapter}, ${CONNECTIONS} connections`,
    rows: contestants.map(({ name }) => ({
      server: name,
      'logins/s': medianOf(results[name], 'rate'),
      'p99 ms': medianOf(results[name], 'p99'),
    })),
    ratios: [{ ratio: 'ours / bare', value: ratioOf(results.ours, results.bare, 'rate'), atLeast: 0.95 }],
  };
}
