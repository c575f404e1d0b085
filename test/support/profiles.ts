import { relative, sep } from 'node:path';
import type { Database } from './databases.js';

export const ADAPTERS = ['express', 'fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/**
 * What kind of host a suite runs on: `plain` sets nothing that it need not set, `harsh` has at once what real hosts
 * have (see `harsh-host.ts`).
 */
export const PROFILES = ['plain', 'harsh'] as const;
export type Profile = (typeof PROFILES)[number];

export interface Combination {
  adapter: Adapter;
  database: Database;
  profile: Profile;
}

export interface Choice {
  /**
   * `all`; `each`, in which every suite meets each database, each adapter and each profile; `third`; or a profile's name,
   * which runs all of that profile.
   */
  run: 'third' | 'each' | 'all' | Profile;
  seed: number;
}

/** `TEST_PROFILES` and `TEST_SEED`, which jest.config.js sets where the caller does not. */
export function choice(): Choice {
  const { TEST_PROFILES: run = 'third', TEST_SEED: seed = '0' } = process.env;
  const known = ['third', 'each', 'all', ...PROFILES];
  if (!known.includes(run)) throw new Error(`TEST_PROFILES is ${run}; there are ${known.join(', ')}.`);
  return { run: run as Choice['run'], seed: Number(seed) };
}

/** A run that leaves to the next days what takes long. */
const isShort = ({ run }: Choice): boolean => run === 'each' || run === 'third';

/** All of a list; in a run of `third` or `each`, one of them, and another one the next day. For tests that take long. */
export function ofToday<T>(list: readonly T[]): readonly T[] {
  const made = choice();
  return isShort(made) ? list.slice(made.seed % list.length).slice(0, 1) : list;
}

const meetsHarshHosts = (suite: string): boolean => /^(features|authentication|openapi)\//.test(suite);

/** The path of the running suite below `test/`. */
export function suiteOf(testPath: string | undefined): string {
  return relative(`${process.cwd()}/test`, testPath ?? '').replaceAll(sep, '/');
}

/** What a suite runs on in this run: those of features and authentication on harsh hosts too, the others on all plain ones. */
export function combinationsNeeded(
  suite: string,
  databases: readonly Database[],
  { plainOnly, takesLong = false }: { plainOnly?: string; takesLong?: boolean },
  made: Choice = choice(),
): Combination[] {
  const profiles = plainOnly !== undefined || !meetsHarshHosts(suite) ? (['plain'] as const) : PROFILES;
  const all = profiles.flatMap((profile) =>
    databases.flatMap((database) => ADAPTERS.map((adapter) => ({ adapter, database, profile }))),
  );
  // Five and the number of combinations have no divisor in common, so each has its day.
  if (takesLong && isShort(made)) return [all[(5 * (made.seed + numberOf(suite))) % all.length]];
  return meetsHarshHosts(suite) || made.run === 'each' ? chosen(suite, all, made) : all;
}

/**
 * Those combinations of a suite that a run takes. A third of them always has a plain one on SQLite, if the suite has, so
 * that no run is blind for a suite.
 */
export function chosen(suite: string, all: readonly Combination[], { run, seed }: Choice): Combination[] {
  if (run === 'all') return [...all];
  if (run === 'each') return oneOfEach(suite, all, seed);
  if (run !== 'third') return all.filter(({ profile }) => profile === run);

  const turn = seed + numberOf(suite);
  const third = all.filter((_, index) => (index + turn) % 3 === 0);
  if (third.some(isPlainest)) return third;
  const plainest = all.filter(isPlainest);
  const stead = plainest.length > 0 ? plainest : third.length > 0 ? [] : all;
  return [...stead.slice(turn % (stead.length || 1)).slice(0, 1), ...third];
}

/** Two neighbours have both adapters and both profiles. */
const TURNS = [
  ['express', 'plain'],
  ['fastify', 'harsh'],
  ['express', 'harsh'],
  ['fastify', 'plain'],
] as const satisfies [Adapter, Profile][];

/** One combination of each database, but at least two. In six runs, all of them. */
function oneOfEach(suite: string, all: readonly Combination[], seed: number): Combination[] {
  const databases = [...new Set(all.map(({ database }) => database))];
  const turns = TURNS.filter(([, profile]) => all.some((each) => each.profile === profile));
  const turn = seed + numberOf(suite);
  const count = Math.max(2, databases.length);
  const first = 2 * (turn % 2);
  const places = Array.from({ length: count }, (_, index) => {
    const database = databases[(index + Math.floor(turn / 2)) % databases.length];
    const [adapter, profile] = turns[(first + index) % turns.length] ?? TURNS[0];
    return { adapter, database, profile };
  });
  return all.filter((each) => places.some((place) => isSame(place, each)));
}

const isSame = (one: object, other: object): boolean =>
  Object.entries(one).every(([name, value]) => other[name as keyof typeof other] === value);

const isPlainest = ({ profile, database }: Combination) => profile === 'plain' && database === 'sqlite';

const numberOf = (suite: string): number => Buffer.from(suite).reduce((sum, byte) => sum + byte, 0);
