import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { withPlaces } from './places.mjs';

const USERS = Number(process.env.IMPORT_USERS ?? 100_000);
/** 1,000,000 users in ten minutes, on PostgreSQL. */
const TARGET_MS = 0.6 * USERS;
const SAMPLE_MS = 500;
/** Whatever the number of users is. */
const MOST_MEGABYTES = 400;
/** One for all: to make a million of them would take days. */
const HASH = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW';

/** How long the command line imports users with a hash, half of them with a role, and how much memory it takes. */
export async function measureImport({ root, database: databases }) {
  const folder = await mkdtemp(join(root, '.tmp', 'benchmark', 'import-'));
  try {
    await pipeline(Readable.from(lines(USERS)), createWriteStream(join(folder, 'users.ndjson')));
    const rows = [];
    for (const database of databases) {
      const measure = (place) => importInto(place('import'), { root, folder });
      rows.push({ database, ...(await withPlaces(database, root, ['import'], measure)) });
    }
    const ratios = rows.flatMap(({ database, seconds, 'MB at most': most }) => [
      {
        ratio: `${database}: time / ten minutes for 1,000,000`,
        value: (seconds * 1000) / TARGET_MS,
        ...(database === 'postgres' && { atMost: 1 }),
      },
      { ratio: `${database}: MB at most`, value: most, atMost: MOST_MEGABYTES },
    ]);
    return { title: `import of ${USERS} users`, rows, ratios };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In an order that no index has. */
function* lines(count) {
  for (let at = 0; at < count; at++) {
    const number = (at * 7919) % 1_000_003;
    const createdAt = new Date(1_500_000_000_000 + at * 1000);
    const user = {
      email: `user${number}.${at}@example.com`,
      isVerified: true,
      passwordHash: HASH,
      createdAt,
    };
    yield `${JSON.stringify(at % 2 === 0 ? { ...user, roles: ['clerk'] } : user)}\n`;
  }
}

async function importInto(place, { root, folder }) {
  const app = ['--app', join(root, '.tmp/benchmark/import.app.js')];
  const command = [join(root, 'dist/cli.js'), ...app];
  const env = { ...process.env, BENCHMARK_DATABASE: JSON.stringify(place) };
  await promisify(execFile)(process.execPath, [...command, 'create-role', 'clerk'], { env });

  const start = performance.now();
  const child = spawn(process.execPath, [...command, 'import', join(folder, 'users.ndjson')], { env });
  const samples = [];
  const timer = setInterval(() => void sample(child, samples), SAMPLE_MS);
  let told = '';
  child.stderr.on('data', (text) => (told += text));
  const [code] = await once(child, 'close');
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0 || !told.includes(`${USERS} created`))
    throw new Error(`It ended with code ${code}: ${told}`);
  const memoryAt = (part) => samples[Math.floor(samples.length * part)] / 1024;
  return {
    seconds,
    'users/s': USERS / seconds,
    'MB at 1/10': memoryAt(0.1),
    'MB at 5/10': memoryAt(0.5),
    'MB at 9/10': memoryAt(0.9),
    'MB at most': Math.max(...samples) / 1024,
  };
}

/** Its resident memory in kilobytes, if it has not ended. */
async function sample({ pid }, samples) {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({}));
  if (stdout) samples.push(Number(stdout));
}
