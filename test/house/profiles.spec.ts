import { type Choice, chosen, type Combination, combinationsNeeded, PROFILES } from '../support/profiles.js';

const ADAPTERS = ['express', 'fastify'] as const;
const DATABASES = ['sqlite', 'postgres', 'mariadb'] as const;
const ALL: Combination[] = PROFILES.flatMap((profile) =>
  DATABASES.flatMap((database) => ADAPTERS.map((adapter) => ({ adapter, database, profile }))),
);
const SUITES = [
  'features/auth.e2e-spec.ts',
  'features/limits.e2e-spec.ts',
  'authentication/tokens.e2e-spec.ts',
];

const onSQLite = ALL.filter(({ database }) => database === 'sqlite');

describe.each(SUITES)('the hosts of %s', (suite) => {
  const thirds = (hosts: Combination[]) =>
    [0, 1, 2].map((seed): Combination[] => chosen(suite, hosts, { run: 'third', seed }));

  test('are all of them where that is asked for', () => {
    expect(chosen(suite, ALL, { run: 'all', seed: 0 })).toEqual(ALL);
  });

  test('are a third in an ordinary run, all of them in three, and a plain one on SQLite in each', () => {
    for (const hosts of [ALL, onSQLite]) {
      expect(new Set(thirds(hosts).flat())).toEqual(new Set(hosts));
      for (const third of thirds(hosts)) {
        expect(third.length).toBeLessThanOrEqual(hosts.length / 3 + 1);
        expect(third).toContainEqual(expect.objectContaining({ database: 'sqlite', profile: 'plain' }));
      }
    }
  });

  test('are of each database, adapter and profile where that is asked for, and all of them in six runs', () => {
    const plain = ALL.filter(({ profile }) => profile === 'plain');
    for (const hosts of [ALL, onSQLite, plain]) {
      const runs = [0, 1, 2, 3, 4, 5].map((seed) => chosen(suite, hosts, { run: 'each', seed }));
      expect(new Set(runs.flat())).toEqual(new Set(hosts));
      const kinds = (some: Combination[]) =>
        new Set(some.flatMap(({ adapter, database, profile }) => [adapter, database, profile]));
      for (const run of runs) {
        expect(run).toHaveLength(hosts === onSQLite ? 2 : 3);
        expect(kinds(run)).toEqual(kinds(hosts));
      }
    }
  });

  test('of a test that takes long are one, and all of them in as many runs', () => {
    const databases = ['sqlite', 'postgres', 'mariadb'] as const;
    const long = (run: 'each' | 'all', seed: number) =>
      combinationsNeeded(suite, databases, { takesLong: true }, { run, seed });
    const all = long('all', 0);
    const days = all.map((_, seed) => long('each', seed));
    for (const day of days) expect(day).toHaveLength(1);
    expect(days.flat()).toEqual(expect.arrayContaining(all));
  });

  test('are of both profiles in a third of everything', () => {
    for (const third of thirds(ALL)) expect(new Set(third.map(({ profile }) => profile)).size).toBe(2);
  });

  test('are never none, where there is no SQLite', () => {
    const one = ALL.filter(({ database, profile }) => database === 'postgres' && profile === 'plain');
    for (const third of thirds(one)) expect(third.length).toBeGreaterThan(0);
  });

  test.each(PROFILES)('are those of one profile where that is asked for: %s', (profile) => {
    const run: Choice['run'] = profile;
    const left = chosen(suite, ALL, { run, seed: 0 });
    expect(new Set(left.map((each) => each.profile))).toEqual(new Set([profile]));
  });
});
