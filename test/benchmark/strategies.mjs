import { medianOf, ratioOf } from './harness.mjs';
import { CONNECTIONS, readInRounds, rowOf } from './reading.mjs';

const VARIANTS = [
  'jwt',
  'jwt with sessions',
  'database',
  'database by cookie',
  'redis on redis',
  'redis on ioredis',
];
/** What the others cost depends on the store more than on this library. */
const TARGETS = { jwt: 0.85 };

/** `GET /users/me` by every strategy, each beside the bare look-up of the user alone. */
export async function measureStrategies({ root, baseline, ...run }) {
  const rows = [];
  const ratios = [];
  // In turn, because servers of all of them at once would have to share the cores.
  for (const variant of VARIANTS) {
    const results = await readInRounds(run, contestantsOf(variant, root, baseline));
    rows.push({
      ...rowOf(variant, results.ours),
      'bare requests/s': medianOf(results.bare, 'rate'),
      'bare CPU µs/request': medianOf(results.bare, 'microseconds'),
    });
    ratios.push(...ratiosOf(variant, results));
  }
  return {
    title: `GET /users/me by strategy on ${run.adapter}, ${CONNECTIONS} connections`,
    rows,
    ratios,
  };
}

const contestantsOf = (variant, root, baseline) => [
  { name: 'bare', root },
  { name: 'ours', app: 'strategies', variant, root },
  ...(baseline ? [{ name: 'baseline', app: 'strategies', variant, root: baseline }] : []),
];

const ratiosOf = (variant, { ours, ...others }) =>
  Object.entries(others).map(([other, results]) => ({
    ratio: `${variant} / ${other}`,
    value: ratioOf(ours, results, 'rate'),
    atLeast: other === 'bare' ? TARGETS[variant] : undefined,
  }));
