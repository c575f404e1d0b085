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
   * `all`; `pairs`, in which each adapter meets each database and each profile, and each database each profile; `third`; or
   * a profile's name, which runs all of that profile.
   */
  run: 'third' | 'pairs' | 'all' | Profile;
  seed: number;
}

/** `TEST_PROFILES` and `TEST_SEED`, which jest.config.js sets where the caller does not. */
export function choice(): Choice {
  const { TEST_PROFILES: run = 'third', TEST_SEED: seed = '0' } = process.env;
  const known = ['third', 'pairs', 'all', ...PROFILES];
  if (!known.includes(run)) throw new Error(`TEST_PROFILES is ${run}; there are ${known.join(', ')}.`);
  return { run: run as Choice['run'], seed: Number(seed) };
}

const meetsHarshHosts = (suite: string): boolean => /^(features|authentication)\//.test(suite);

/** The path of the running suite below `test/`. */
export function suiteOf(testPath: string | undefined): string {
  return relative(`${process.cwd()}/test`, testPath ?? '').replaceAll(sep, '/');
}

/** What a suite runs on in this run: those of features and authentication on harsh hosts too, the others on all plain ones. */
export function combinationsNeeded(
  suite: string,
  databases: readonly Database[],
  isPlainOnly: boolean,
): Combination[] {
  const profiles = isPlainOnly || !meetsHarshHosts(suite) ? (['plain'] as const) : PROFILES;
  const all = profiles.flatMap((profile) =>
    databases.flatMap((database) => ADAPTERS.map((adapter) => ({ adapter, database, profile }))),
  );
  return meetsHarshHosts(suite) ? chosen(suite, all, choice()) : all;
}

/**
 * Those combinations of a suite that a run takes. A third of them always has a plain one on SQLite, if the suite has, so
 * that no run is blind for a suite.
 */
export function chosen(suite: string, all: readonly Combination[], { run, seed }: Choice): Combination[] {
  if (run === 'all') return [...all];
  if (run === 'pairs') return pairs(suite, all, seed);
  if (run !== 'third') return all.filter(({ profile }) => profile === run);

  const turn = seed + numberOf(suite);
  const third = all.filter((_, index) => (index + turn) % 3 === 0);
  if (third.some(isPlainest)) return third;
  const plainest = all.filter(isPlainest);
  const stead = plainest.length > 0 ? plainest : third.length > 0 ? [] : all;
  return [...stead.slice(turn % (stead.length || 1)).slice(0, 1), ...third];
}

/** Half of them, the other half the next day. Fewer than three kinds of hosts have no half that has all pairs. */
function pairs(suite: string, all: readonly Combination[], seed: number): Combination[] {
  const databases = [...new Set(all.map(({ database }) => database))];
  if (databases.length === 1 || new Set(all.map(({ profile }) => profile)).size === 1) return [...all];
  const turn = seed + numberOf(suite);
  const numbers = ({ adapter, database, profile }: Combination) =>
    ADAPTERS.indexOf(adapter) + databases.indexOf(database) + PROFILES.indexOf(profile);
  return all.filter((each) => (numbers(each) + turn) % 2 === 0);
}

const isPlainest = ({ profile, database }: Combination) => profile === 'plain' && database === 'sqlite';

const numberOf = (suite: string): number => Buffer.from(suite).reduce((sum, byte) => sum + byte, 0);
