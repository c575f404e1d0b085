import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createDatabase, databasesUnderTest } from '../support/databases.js';
import { ofToday } from '../support/profiles.js';
import { CommandLine, ended } from './command-line.js';

const HASH = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW';
const LINES = 4000;
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

  beforeAll(async () => {
    const place = database === 'sqlite' ? undefined : await createDatabase(database);
    line = await CommandLine.install('esm', place?.options);
    if (place) ({ drop } = place);
  });
  beforeEach(() => line.query('DELETE FROM users'));
  afterAll(async () => {
    await line.remove();
    await drop();
  });

  const noted = (file = 'users.ndjson') => {
    const path = join(line.folder, `${file}.import`);
    if (!existsSync(path)) return 0;
    return (JSON.parse(readFileSync(path, 'utf8')) as { progress: { number: number } }).progress.number;
  };
  const args = ['import', 'users.ndjson', '--report', 'report.ndjson'];

  /** Starts the import, and sends a signal some time after another batch is stored. */
  async function interrupt(signal: NodeJS.Signals, command = args) {
    const [, file] = command;
    const before = noted(file);
    const child = line.start(command);
    const end = ended(child);
    while (noted(file) === before && child.exitCode === null) await setTimeout(2);
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
      const { code, err } = await line.run(args);
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
    const path = join(line.folder, 'users.ndjson');
    const { atime, mtime } = statSync(path);
    line.file('users.ndjson', `${lines.join('\n')}\n{"email":"more@example.com"}\n`);
    expect(await line.run(args)).toMatchObject({
      code: 1,
      err: expect.stringContaining('--restart begins again'),
    });
    line.file('users.ndjson', `${lines.join('\n')}\n`);
    utimesSync(path, atime, mtime);
    await line.run(args);
    await expectAll();
  }, 120_000);

  test('CSV with cells of several lines goes on where it was killed, also when it updates', async () => {
    const count = 1000;
    const rows = (suffix: string, more = '') =>
      Array.from({ length: count }, (_, at) => `user${at}@example.com,"${at}\r\n""${suffix}"""${more}\r\n`);
    line.file('users.csv', `email,fullName\r\n${rows('a').join('')}`);
    const make = ['import', 'users.csv'];
    await interrupt('SIGKILL', make);
    expect(await line.run(make)).toMatchObject({ code: 0 });

    const header = 'email,fullName,passwordHash,isSuperuser';
    line.file('users.csv', `${header}\r\n${rows('b', `,${HASH},true`).join('')}`);
    const update = [...make, '--on-existing', 'update'];
    await interrupt('SIGKILL', update);
    const stopped = noted('users.csv');
    const { code, err } = await line.run(update);
    expect([code, stopped % 1000]).toEqual([0, 1]);
    expect(err).toContain(`It went on behind line ${stopped}`);
    const users = await line.query('SELECT * FROM users');
    expect(users).toHaveLength(count);
    expect(users.filter(({ fullName }) => !/^\d+\r\n"b"$/.test(String(fullName)))).toEqual([]);
    // A file takes no account over, however often it is read.
    expect(users.filter(({ passwordHash, isSuperuser }) => passwordHash !== null || isSuperuser)).toEqual([]);
  }, 180_000);
});
