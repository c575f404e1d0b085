import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createDatabase, databasesUnderTest } from '../support/databases.js';
import { ofToday } from '../support/profiles.js';
import { CommandLine, ended } from './command-line.js';

const LINES = 6000;
const KILLS = Number(process.env['KILLED_IMPORTS'] ?? 2);

/** Every 600th line is refused, and every 1000th is a user of an earlier line. */
const lines = Array.from({ length: LINES }, (_, at) => {
  const number = at + 1;
  if (number % 600 === 0) return JSON.stringify({ email: `user${number}` });
  return JSON.stringify({ email: `user${number % 1000 === 0 ? number - 1 : number}@example.com` });
});
const refused = Math.floor(LINES / 600);
const twice = Math.floor(LINES / 1000) - Math.floor(LINES / 3000);

describe.each(ofToday(databasesUnderTest()))('on %s', (database) => {
  let line: CommandLine;
  let drop = async () => {};

  beforeEach(async () => {
    const place = database === 'sqlite' ? undefined : await createDatabase(database);
    line = await CommandLine.install('esm', place?.options);
    if (place) ({ drop } = place);
  });
  afterEach(async () => {
    await line.remove();
    await drop();
  });

  const noted = () => {
    const path = join(line.folder, 'users.ndjson.import');
    if (!existsSync(path)) return 0;
    return (JSON.parse(readFileSync(path, 'utf8')) as { progress: { number: number } }).progress.number;
  };
  const args = ['import', 'users.ndjson', '--report', 'report.ndjson'];

  /** Starts the import, and sends a signal some time after another batch is stored. */
  async function interrupt(signal: NodeJS.Signals) {
    const before = noted();
    const child = line.start(args);
    const end = ended(child);
    while (noted() === before && child.exitCode === null) await setTimeout(2);
    await setTimeout(randomInt(200));
    child.kill(signal);
    return end;
  }

  const expectAll = async () => {
    const emails = (await line.query<{ email: string }>('SELECT email FROM users')).map(({ email }) => email);
    expect(new Set(emails).size).toBe(emails.length);
    expect(emails).toHaveLength(LINES - refused - twice);
    const report = line.read('report.ndjson').trimEnd().split('\n');
    expect(report.map((each) => (JSON.parse(each) as { line: number }).line)).toEqual(
      Array.from({ length: refused }, (_, at) => 600 * (at + 1)),
    );
    expect(existsSync(join(line.folder, 'users.ndjson.import'))).toBe(false);
  };

  test(
    'an import that is killed goes on where it stopped, and loses and doubles nobody',
    async () => {
      line.file('users.ndjson', `${lines.join('\n')}\n`);
      for (let kill = 0; kill < KILLS; kill++) await interrupt('SIGKILL');
      const stopped = noted();
      const { code, err } = await line.runAlone(args);
      const resumed = stopped > 0 ? ` It went on behind line ${stopped}` : '';
      expect([code, err]).toEqual([4, expect.stringContaining(` refused.${resumed}`)]);
      await expectAll();
    },
    KILLS * 60_000,
  );

  test('Ctrl-C ends it in order, and the same command goes on', async () => {
    line.file('users.ndjson', `${lines.join('\n')}\n`);
    const { code, err } = await interrupt('SIGINT');
    expect([code, err]).toEqual([130, expect.stringContaining('the same command goes on there')]);
    expect(err).toContain('The application is closed.');
    line.file('users.ndjson', `${lines.join('\n')}\n{"email":"more@example.com"}\n`);
    expect(await line.runAlone(args)).toMatchObject({
      code: 1,
      err: expect.stringContaining('--restart begins again'),
    });
    line.file('users.ndjson', `${lines.join('\n')}\n`);
    await line.runAlone(args);
    await expectAll();
  }, 120_000);
});
