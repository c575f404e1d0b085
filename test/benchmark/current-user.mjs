import { inRounds, load, medianOf, processorTimeOf, ratioOf, withServers } from './harness.mjs';

const CONNECTIONS = 16;
const WARM_UP_SECONDS = 4;
const TARGETS = { fastify: { bare: 0.85, taught: 3 }, express: { bare: 0.85, taught: 1.5 } };

/** `GET /users/me` of nestjs-users beside the bare look-up, and beside what Nest's documentation teaches. */
export async function measureCurrentUser({ adapter, rounds, seconds, root, baseline }) {
  const contestants = [
    ...['bare', 'taught', 'ours'].map((name) => ({ name, root })),
    ...(baseline ? [{ name: 'baseline', app: 'ours', root: baseline }] : []),
  ];
  const results = await withServers(adapter, contestants, async (servers) => {
    await requireSameFields(servers);
    return inRounds(
      servers,
      rounds,
      (server) => measure(server, seconds),
      (server) => measure(server, WARM_UP_SECONDS),
    );
  });

  const ratio = (other, atLeast) => ({
    ratio: `ours / ${other}`,
    value: ratioOf(results.ours, results[other], 'rate'),
    atLeast,
  });
  return {
    title: `GET /users/me on ${adapter}, ${CONNECTIONS} connections`,
    rows: contestants.map(({ name }) => ({
      server: name,
      'requests/s': medianOf(results[name], 'rate'),
      'CPU µs/request': medianOf(results[name], 'microseconds'),
      'p99 ms': medianOf(results[name], 'p99'),
    })),
    ratios: [
      ratio('bare', TARGETS[adapter].bare),
      ratio('taught', TARGETS[adapter].taught),
      ...(baseline ? [ratio('baseline')] : []),
    ],
  };
}

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
