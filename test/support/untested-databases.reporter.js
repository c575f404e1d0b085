/** Says in one line, at the end of a run, which databases it left out and how to test them too. */
export default class UntestedDatabases {
  constructor(_config, { databases }) {
    this.databases = databases;
  }

  onRunComplete() {
    const tested = (process.env.TEST_DATABASES ?? 'sqlite').split(',').map((name) => name.trim());
    const left = this.databases.filter((name) => !tested.includes(name));
    if (left.length === 0) return;
    console.log(
      `Not tested: ${left.join(', ')}. With their servers running: TEST_DATABASES=${this.databases.join(',')} npm test`,
    );
  }
}
