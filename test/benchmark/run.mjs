import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureCurrentUser } from './current-user.mjs';
import { compileApps } from './harness.mjs';
import { measureImport } from './import.mjs';
import { measureLatency } from './latency.mjs';
import { measureLogin } from './login.mjs';
import { measureSize } from './size.mjs';
import { measureStrategies } from './strategies.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ADAPTERS = ['express', 'fastify'];
const MEASUREMENTS = {
  'current-user': measureCurrentUser,
  strategies: measureStrategies,
  login: measureLogin,
  latency: measureLatency,
  size: measureSize,
  import: measureImport,
};
/** They take minutes, so they run where they are named, and on one adapter unless others are. */
const ONLY_BY_NAME = ['size', 'import'];
const FEWEST_ROUNDS = 5;

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '1' },
    adapter: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true, default: Object.keys(MEASUREMENTS).filter(isInRounds) },
    database: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    baseline: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = wholeNumber('rounds', FEWEST_ROUNDS);
const seconds = wholeNumber('seconds', 1);
if (given.adapter) requireKnown('adapter', ADAPTERS);
requireKnown('only', Object.keys(MEASUREMENTS));
requireKnown('database', ['sqlite', 'postgres']);
const baseline = given.baseline && resolve(given.baseline);
for (const root of baseline ? [ROOT, baseline] : [ROOT]) {
  if (!existsSync(join(root, 'dist', 'index.js'))) stop(`${root} is not built; run \`npm run build\` there.`);
  await compileApps(root);
}

const reports = [];
for (const name of given.only) {
  for (const adapter of given.adapter ?? (isInRounds(name) ? ADAPTERS : ['fastify'])) {
    const measured = await MEASUREMENTS[name]({
      adapter,
      rounds,
      seconds,
      root: ROOT,
      baseline,
      database: given.database,
    });
    for (const report of [measured].flat()) {
      reports.push({ measurement: name, adapter, ...report });
      if (!given.json) print(report);
    }
  }
}
if (given.json) console.log(JSON.stringify({ machine: machine(), rounds, seconds, reports }, null, 2));
else if (given.only.some(isInRounds))
  console.log(`\nMedians of ${rounds} rounds of ${seconds} s, on ${machine()}.`);
else console.log(`\nOn ${machine()}.`);
if (reports.some(({ ratios }) => ratios.some((ratio) => !isMet(ratio)))) process.exitCode = 1;

function isInRounds(name) {
  return !ONLY_BY_NAME.includes(name);
}

function wholeNumber(option, least) {
  const number = Number(given[option]);
  if (!Number.isSafeInteger(number) || number < least)
    stop(`--${option} must be a whole number from ${least} on.`);
  return number;
}

function requireKnown(option, known) {
  const unknown = given[option].find((value) => !known.includes(value));
  if (unknown !== undefined) stop(`--${option} is one of ${known.join(', ')}, not ${unknown}.`);
}

function stop(reason) {
  console.error(reason);
  process.exit(2);
}

function isMet({ value, atLeast = -Infinity, atMost = Infinity }) {
  return value >= atLeast && value < atMost;
}

function print({ title, rows, ratios }) {
  console.log(`\n${title}`);
  const columns = Object.keys(rows[0]);
  const lines = [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index].length)));
  for (const [first, ...numbers] of lines) {
    const cells = numbers.map((cell, index) => cell.padStart(widths[index + 1]));
    console.log(`  ${[first.padEnd(widths[0]), ...cells].join('  ')}`);
  }
  for (const each of ratios) console.log(`  ${each.ratio}: ${each.value.toFixed(2)}${verdict(each)}`);
}

function verdict(ratio) {
  const { atLeast, atMost } = ratio;
  if (atLeast === undefined && atMost === undefined) return '';
  const target = atLeast === undefined ? `under ${atMost}` : `${atLeast} or more`;
  return ` (target: ${target}) ${isMet(ratio) ? 'met' : 'MISSED'}`;
}

function shown(value) {
  if (typeof value === 'string') return value;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function machine() {
  return `${cpus().length} × ${cpus()[0].model.trim()}, Node.js ${process.version}`;
}
