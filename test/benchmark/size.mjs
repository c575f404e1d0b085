import { inRounds, medianOf, ratioOf, withServers } from './harness.mjs';
import { withPlaces } from './places.mjs';
import { ask, ROUTES } from './size-routes.mjs';

const SIZES = { small: 1000, large: 1_000_000 };
const DATABASES = ['sqlite', 'postgres'];
const REQUESTS = 20;
const WARM_UPS = 3;
const TARGET = 1.15;
/** By so much a route may be slower whatever its ratio: two equal servers differ by it, and nobody notices. */
const TOLERANCE_MS = 1;
const LOAD_LIMIT_MS = 600_000;

/** What each route takes in a table of a million users, beside one of a thousand. */
export async function measureSize({ root, adapter }) {
  const reports = [];
  for (const database of DATABASES) {
    reports.push(
      await withPlaces(database, root, ['small', 'large'], (place) =>
        measureOn(database, place, { root, adapter }),
      ),
    );
  }
  return reports;
}

async function measureOn(database, place, { root, adapter }) {
  const contestants = Object.entries(SIZES).map(([name, users]) => ({
    name,
    app: 'size',
    root,
    startLimitMs: LOAD_LIMIT_MS,
    variant: JSON.stringify({ database: place(name), users }),
  }));
  const measured = await withServers(adapter, contestants, async (servers) => {
    const routes = [];
    for (const route of ROUTES) routes.push(await measureRoute(route, servers));
    return routes;
  });
  return {
    title: `${Object.values(SIZES).join(' and ')} users on ${database} and ${adapter}, ${REQUESTS} requests each`,
    rows: measured.map(({ route, small, large, ratio }) => ({
      route,
      'small ms': small,
      'large ms': large,
      ratio,
    })),
    ratios: measured.filter(isBeyondTolerance).map(({ route, ratio }) => ({
      ratio: `${route}: large / small`,
      value: ratio,
      atMost: TARGET,
    })),
  };
}

const isBeyondTolerance = ({ small, large }) => large - small > TOLERANCE_MS;

async function measureRoute({ route, prepare }, servers) {
  const requests = new Map();
  for (const server of servers) requests.set(server, await prepare(server));
  const measure = async (server) => timed(server, await requests.get(server)());
  const results = await inRounds(servers, REQUESTS, measure, async (server) => {
    for (let request = 0; request < WARM_UPS; request++) await measure(server);
  });
  requireSameLengths(route, results);
  return {
    route,
    small: medianOf(results.small, 'ms'),
    large: medianOf(results.large, 'ms'),
    ratio: ratioOf(results.large, results.small, 'ms'),
  };
}

async function timed(server, request) {
  const start = performance.now();
  const answer = await ask(server, request);
  return { ms: performance.now() - start, items: answer?.items?.length };
}

/** Or the answers would not be worth comparing. */
function requireSameLengths(route, { small, large }) {
  const lengths = new Set([...small, ...large].map(({ items }) => items));
  if (lengths.size > 1) throw new Error(`${route} answers with different numbers: ${[...lengths].join()}.`);
}
