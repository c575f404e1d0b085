import { ratioOf } from './harness.mjs';
import { hasPostgres, withPlaces } from './places.mjs';
import { CONNECTIONS, readInRounds, rowOf } from './reading.mjs';

const TARGETS = {
  sqlite: { fastify: { bare: 0.85, taught: 3 }, express: { bare: 0.85, taught: 1.5 } },
  // The database is what takes the time, for everybody alike.
  postgres: { fastify: { bare: 0.85 }, express: { bare: 0.85 } },
};

/** `GET /users/me` of nestjs-users beside the bare look-up, and beside what Nest's documentation teaches. */
export async function measureCurrentUser({ database, ...run }) {
  const reports = [];
  for (const each of database) {
    if (each === 'postgres' && !(await hasPostgres())) {
      console.log('\nPostgreSQL does not answer, and is left out.');
      continue;
    }
    reports.push(await measureOn(each, run));
  }
  return reports;
}

async function measureOn(database, { root, baseline, ...run }) {
  const contestants = [
    ...['bare', 'taught', 'ours'].map((name) => ({ name, root })),
    ...(baseline ? [{ name: 'baseline', app: 'ours', root: baseline }] : []),
  ];
  const names = contestants.map(({ name }) => name);
  const measure = (place) =>
    readInRounds(
      run,
      contestants.map((each) => ({ ...each, database: place(each.name) })),
    );
  // SQLite in memory, which is what an application's database is by default here.
  const results = await (database === 'sqlite'
    ? measure(() => undefined)
    : withPlaces(database, root, names, measure));
  const targets = TARGETS[database][run.adapter];

  const ratio = (other, atLeast) => ({
    ratio: `ours / ${other}`,
    value: ratioOf(results.ours, results[other], 'rate'),
    atLeast,
  });
  return {
    title: `GET /users/me on ${run.adapter} and ${database}, ${CONNECTIONS} connections`,
    rows: contestants.map(({ name }) => rowOf(name, results[name])),
    ratios: [
      ratio('bare', targets.bare),
      ratio('taught', targets.taught),
      ...(baseline ? [ratio('baseline')] : []),
    ],
  };
}
