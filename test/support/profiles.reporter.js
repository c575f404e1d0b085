const PREFIX = 'nothing: no harsh host: ';

/** Says at the end of a run which hosts it left out, and how to test on them too; and which suites no harsh host runs. */
export default class UntestedProfiles {
  plainOnly = new Map();

  onTestResult({ path }, { testResults }) {
    const titles = testResults.map(({ title }) => title);
    const reason = titles.find((title) => title.startsWith(PREFIX))?.slice(PREFIX.length);
    if (reason !== undefined) this.plainOnly.set(path.split(/[/\\]test[/\\]/).at(-1), reason);
  }

  onRunComplete() {
    const { TEST_PROFILES: run = 'third', TEST_SEED: seed } = process.env;
    const left = {
      third: `two thirds of the hosts (TEST_SEED=${seed})`,
      each: `the hosts of other days; every suite met each database, adapter and profile (TEST_SEED=${seed})`,
      plain: 'harsh hosts',
      harsh: 'plain hosts',
    };
    if (run in left)
      console.log(`Not tested: ${left[run]}. On all that is needed: TEST_PROFILES=all npm test`);
    for (const [suite, reason] of this.plainOnly) console.log(`No harsh host runs ${suite}: ${reason}.`);
  }
}
