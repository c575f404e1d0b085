import { inRounds, load, medianOf, processorTimeOf, withServers } from './harness.mjs';

export const CONNECTIONS = 16;
const WARM_UP_SECONDS = 4;

/** `GET /users/me` of each contestant, in rounds that alternate. */
export function readInRounds({ adapter, rounds, seconds }, contestants) {
  return withServers(adapter, contestants, async (servers) => {
    await requireSameFields(servers);
    return inRounds(
      servers,
      rounds,
      (server) => measure(server, seconds),
      (server) => measure(server, WARM_UP_SECONDS),
    );
  });
}

/** A line of a report. */
export const rowOf = (server, results) => ({
  server,
  'requests/s': medianOf(results, 'rate'),
  'CPU µs/request': medianOf(results, 'microseconds'),
  'p99 ms': medianOf(results, 'p99'),
});

async function measure(server, seconds) {
  const before = await processorTimeOf(server);
  const result = await load(server, { path: '/users/me', seconds, connections: CONNECTIONS });
  return { ...result, microseconds: ((await processorTimeOf(server)) - before) / result.answers };
}

/** Or the answers would not be worth comparing. */
async function requireSameFields(servers) {
  const fields = servers.map(async ({ url, headers }) => {
    const answer = await fetch(`${url}/users/me`, { headers });
    return Object.keys(await answer.json())
      .toSorted()
      .join();
  });
  const kinds = new Set(await Promise.all(fields));
  if (kinds.size > 1)
    throw new Error(`The applications answer with different fields: ${[...kinds].join(' | ')}.`);
}
