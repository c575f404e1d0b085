import { ratioOf } from './harness.mjs';
import { CONNECTIONS, readInRounds, rowOf } from './reading.mjs';

const TARGETS = { fastify: { bare: 0.85, taught: 3 }, express: { bare: 0.85, taught: 1.5 } };

/** `GET /users/me` of nestjs-users beside the bare look-up, and beside what Nest's documentation teaches. */
export async function measureCurrentUser({ root, baseline, ...run }) {
  const contestants = [
    ...['bare', 'taught', 'ours'].map((name) => ({ name, root })),
    ...(baseline ? [{ name: 'baseline', app: 'ours', root: baseline }] : []),
  ];
  const results = await readInRounds(run, contestants);
  const targets = TARGETS[run.adapter];

  const ratio = (other, atLeast) => ({
    ratio: `ours / ${other}`,
    value: ratioOf(results.ours, results[other], 'rate'),
    atLeast,
  });
  return {
    title: `GET /users/me on ${run.adapter}, ${CONNECTIONS} connections`,
    rows: contestants.map(({ name }) => rowOf(name, results[name])),
    ratios: [
      ratio('bare', targets.bare),
      ratio('taught', targets.taught),
      ...(baseline ? [ratio('baseline')] : []),
    ],
  };
}
