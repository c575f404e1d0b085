import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgres://root@127.0.0.1:5432/test';
const MAKERS = { sqlite: makeFolder, postgres: makeSchemas };

/**
 * Runs `measure` with a function that says, for each of `names`, how TypeORM connects to an empty database; removes them
 * all whatever happens, an interruption included.
 */
export async function withPlaces(database, root, names, measure) {
  const { place, remove } = await MAKERS[database](root, names);
  const done = new AbortController();
  const interruptions = ['SIGINT', 'SIGTERM'].map(async (name) => {
    await once(process, name, { signal: done.signal });
    throw new Error(`Interrupted by ${name}.`);
  });
  try {
    return await Promise.race([measure(place), ...interruptions]);
  } finally {
    await remove();
    done.abort();
    await Promise.allSettled(interruptions);
  }
}

async function makeFolder(root) {
  const folder = await mkdtemp(join(root, '.tmp', 'benchmark', 'place-'));
  return {
    place: (name) => ({ type: 'better-sqlite3', database: join(folder, `${name}.sqlite`), enableWAL: true }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeSchemas(_, names) {
  const prefix = `nestjs_users_bench_${randomUUID().slice(0, 8)}`;
  const schemas = names.map((name) => `${prefix}_${name}`);
  await execute(schemas.map((schema) => `CREATE SCHEMA ${schema}`));
  return {
    place: (name) => ({ type: 'postgres', url: POSTGRES_URL, schema: `${prefix}_${name}` }),
    remove: () => execute(schemas.map((schema) => `DROP SCHEMA ${schema} CASCADE`)),
  };
}

/** Whether PostgreSQL can be measured here. */
export const hasPostgres = () =>
  execute([]).then(
    () => true,
    () => false,
  );

async function execute(statements) {
  const client = new Client(POSTGRES_URL);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
