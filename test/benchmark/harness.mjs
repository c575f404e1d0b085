import autocannon from 'autocannon';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const APPS = fileURLToPath(new URL('apps/', import.meta.url));
const TARGET = join('.tmp', 'benchmark');
const ANSWER_LIMIT_MS = 20_000;
/** A round ends at the next sample, so a short one needs short samples. */
const SAMPLE_MS = 100;

/**
 * Compiles the applications into a package's own `.tmp/`, where `nestjs-users` means that package's `dist`:
 * so two builds of the library can run side by side.
 */
export async function compileApps(root) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    useDefineForClassFields: false,
  };
  await mkdir(join(root, TARGET), { recursive: true });
  for (const file of await readdir(APPS)) {
    const source = await readFile(join(APPS, file), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: file });
    await writeFile(join(root, TARGET, file.replace(/\.ts$/, '.js')), outputText);
  }
}

/**
 * Runs `measure` with a server for each `{ name, app, variant, root, startLimitMs, database }`, each in a process of its own; ends
 * them whatever happens.
 */
export async function withServers(adapter, contestants, measure) {
  const servers = [];
  try {
    for (const contestant of contestants) servers.push(await startServer(adapter, contestant));
    return await measure(servers);
  } finally {
    for (const { child } of servers) child.kill('SIGKILL');
  }
}

async function startServer(adapter, { name, app = name, variant = '', root, startLimitMs, database }) {
  const env = { ...process.env, ...(database && { BENCHMARK_DATABASE: JSON.stringify(database) }) };
  const child = fork(resolve(root, TARGET, 'server.js'), [app, adapter, variant], { env });
  try {
    const { url, headers } = await messageFrom(child, startLimitMs);
    return { name, child, url, headers };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function messageFrom(child, limitMs = ANSWER_LIMIT_MS) {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(limitMs)]);
  const exit = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A server ended with code ${code}.`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), exit]);
    return message;
  } finally {
    done.abort();
  }
}

/** Loads one route of one server; any answer but 2xx spoils the measurement and throws. */
export async function load(server, { path, seconds, connections, ...request }) {
  const latencies = [];
  const run = autocannon({
    url: server.url + path,
    duration: seconds,
    connections,
    sampleInt: SAMPLE_MS,
    ...request,
    headers: { ...server.headers, ...request.headers },
  });
  // autocannon's own histogram knows whole milliseconds only.
  run.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  const { '2xx': answers, non2xx, errors, timeouts, duration } = await run;
  if (non2xx + errors + timeouts > 0 || answers === 0) {
    throw new Error(
      `${server.name} ${path}: ${answers} good answers, ${non2xx} others, ${errors} errors, ${timeouts} time-outs.`,
    );
  }
  return { answers, rate: answers / duration, p99: percentile(latencies, 0.99) };
}

export const LOGIN = {
  path: '/auth/jwt/login',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
};

/** Logs the one user in, again and again; ends when no login is left in the server. */
export async function loadLogins(server, { seconds, connections }) {
  const result = await load(server, { ...LOGIN, seconds, connections });
  // autocannon hangs up on the last ones, and they are hashed all the same: this one waits behind them.
  await (await fetch(server.url + LOGIN.path, LOGIN)).text();
  return result;
}

/** How much processor time the server has taken since it started, in microseconds. */
export async function processorTimeOf({ child }) {
  const answer = messageFrom(child);
  child.send('processor time');
  return answer;
}

/**
 * Each server in turn, round after round, every other round backwards: so whatever else the machine does hits all of
 * them. Before that each is warmed up, or the first would be measured while its code is still being compiled.
 */
export async function inRounds(servers, rounds, measure, warmUp = measure) {
  const results = Object.fromEntries(servers.map(({ name }) => [name, []]));
  for (const server of servers) await warmUp(server);
  for (let round = 0; round < rounds; round++) {
    for (const server of round % 2 ? servers.toReversed() : servers) {
      results[server.name].push(await measure(server));
    }
  }
  return results;
}

/** The median of one number over the rounds. */
export const medianOf = (results, key) =>
  percentile(
    results.map((result) => result[key]),
    0.5,
  );

/** The median of the rounds' ratios: a machine that is slow for a while is slow for both. */
export const ratioOf = (results, others, key, otherKey = key) =>
  percentile(
    results.map((result, round) => result[key] / others[round][otherKey]),
    0.5,
  );

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)];
}
