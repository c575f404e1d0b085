import { boot, type Boot } from './boot-host.js';
import { type Database, databasesUnderTest } from './databases.js';
import { KeptHosts } from './kept-hosts.js';
import { Places } from './places.js';
import { type Adapter, combinationsNeeded, type Profile, suiteOf } from './profiles.js';

export { type Boot, type Host, type HostOptions, PASSWORD, SECRET } from './boot-host.js';
export { type Adapter, ADAPTERS } from './profiles.js';

type DescribeTests = (boot: Boot, adapter: Adapter, database: Database, profile: Profile) => void;

/** What a suite says of the profiles it runs on. */
export interface Hosts {
  /** Why no harsh host can run it. */
  plainOnly?: string;
  /** It reads lists, which a replica may answer: the replica of a harsh host then has the rows. */
  readsLists?: boolean;
  /** It takes long, so that a run of `third` or `each` has it on one combination, and on another one the next day. */
  takesLong?: boolean;
}

type Given = [describeTests: DescribeTests] | [hosts: Hosts, describeTests: DescribeTests];

/** Runs the tests on every adapter, database and profile that the run needs, each with a `boot()` that starts a host there. */
export function onEachHost(...given: Given): void {
  onHosts(databasesUnderTest(), given);
}

/** As {@link onEachHost}, for what is no matter of the database, or of one alone. */
export function onEachAdapter(database: Database, ...given: Given): void {
  if (databasesUnderTest().includes(database)) onHosts([database], given);
  else leaveOut(database);
}

function onHosts(databases: Database[], given: Given): void {
  const describeTests = given.at(-1) as DescribeTests;
  const about: Hosts = given.length === 1 ? {} : given[0];
  const { plainOnly, readsLists } = about;
  if (plainOnly) nothing(`no harsh host: ${plainOnly}`);
  const suite = suiteOf(expect.getState().testPath);
  const needed = combinationsNeeded(suite, databases, about);
  if (needed.length === 0) nothing(`TEST_PROFILES is ${process.env['TEST_PROFILES']}`);
  for (const combination of needed) {
    const { adapter, database, profile } = combination;
    describe(`${adapter}, ${database}, ${profile}`, () => {
      const places = new Places(database);
      const hosts = new KeptHosts((options) => boot({ ...combination, readsLists }, places, options));
      afterEach(() => hosts.renew());
      afterAll(async () => {
        await hosts.close();
        await places.close();
      });
      describeTests((options = {}) => hosts.get(options), adapter, database, profile);
    });
  }
}

/** In place of the tests that need what the run does not have. */
export const leaveOut = (what: string): void => nothing(`TEST_DATABASES leaves out ${what}`);

function nothing(why: string): void {
  // oxlint-disable-next-line jest/expect-expect, jest/no-disabled-tests -- its name is the reason, and is printed
  test.skip(`nothing: ${why}`, () => undefined);
}
