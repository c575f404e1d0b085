import { chmodSync, existsSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from './command-line.js';

const HASH = '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW';

let line: CommandLine;
beforeAll(async () => {
  line = await CommandLine.install();
});
beforeEach(() => line.query('DELETE FROM users'));
afterAll(() => line.remove());

const emails = async () =>
  (await line.query<{ email: string }>('SELECT email FROM users ORDER BY email')).map(({ email }) => email);
const run = (...args: string[]) => line.run(args);
const modeOf = (name: string) => statSync(join(line.folder, name)).mode & 0o777;

describe('import', () => {
  test('reads standard input, which leaves no note and cannot go on', async () => {
    const input = '{"email":"a@example.com"}\n{"email":"b@example.com"}';
    expect(await line.run(['import', '-'], { input })).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringMatching(/^2 created, 0 updated, 0 skipped, 0 refused\.$/m),
    });
    const csv = 'email;fullName\nc@example.com;"C; D"\n';
    expect(
      await line.run(['import', '-', '--format', 'csv', '--delimiter', ';'], { input: csv }),
    ).toMatchObject({ code: 0 });
    expect(await emails()).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(await line.query(`SELECT 1 FROM users WHERE "fullName" = 'C; D'`)).toHaveLength(1);
    expect(existsSync(join(line.folder, '-.import'))).toBe(false);
  });

  test('in a process of its own, reads a pipe', async () => {
    const input = '{"email":"a@example.com"}\n{"email":7}\n';
    const { code, out, err } = await line.runAlone(['import', '-'], { input });
    expect([code, out]).toEqual([4, '']);
    expect(err).toContain('Line 2: email must be a text.\n1 created, 0 updated, 0 skipped, 1 refused.\n');
    // No bar where no terminal is.
    expect(err).not.toMatch(/lines a second|█/);
  });

  test('takes names of a map, of which options win over a file', async () => {
    line.file('map.json', JSON.stringify({ Mail: 'fullName', Name: 'fullName', Fax: '' }));
    line.file('members.csv', 'Mail\tName\tFax\nada@example.com\tAda\t1\n');
    const args = ['import', 'members.csv', '--delimiter', '\t', '--map-file', 'map.json'];
    expect(await run(...args)).toMatchObject({ code: 1, err: expect.stringContaining('fullName twice') });
    expect(await run(...args, '--map', 'Mail=email')).toMatchObject({ code: 0 });
    expect(await line.query(`SELECT 1 FROM users WHERE "fullName" = 'Ada'`)).toHaveLength(1);
  });

  test.each<[string, number, RegExp, string[]]>([
    ['no file', 1, /^There is no file nope\.ndjson\.$/m, ['nope.ndjson']],
    ['a folder', 1, /^There is no file dist\.$/m, ['dist']],
    ['a delimiter of two signs', 1, /^The delimiter must be one/m, ['users.csv', '--delimiter', ';;']],
    ['a quote as delimiter', 1, /^The delimiter must be one/m, ['users.csv', '--delimiter', '"']],
    ['a map that is no JSON', 2, /^users\.csv is no file of JSON/m, ['users.csv', '--map-file', 'users.csv']],
    ['a map of numbers', 2, /^map\.json must have an object/m, ['users.csv', '--map-file', 'map.json']],
    ['a list as map', 2, /^list\.json must have an object/m, ['users.csv', '--map-file', 'list.json']],
    ['a map without =', 2, /^--map needs a name/m, ['users.csv', '--map', 'Mail']],
    ['a map to tokenVersion', 1, /^The map leads to tokenVersion/m, ['users.csv', '--map', 'x=tokenVersion']],
    [
      'a header of tokenVersion',
      1,
      /^The header has tokenVersion, which is written only by this library;/m,
      ['versions.csv'],
    ],
    ['a header of __proto__', 1, /^The header has __proto__, which is no/m, ['proto.csv']],
    ['semicolons', 1, /^The header has one column, email;fullName; if ";" stands/m, ['semicolons.csv']],
    ['UTF-16', 1, /^The file is in UTF-16; save it as UTF-8\.$/m, ['utf16.csv']],
    ['an empty CSV', 1, /^The first line must be a header/m, ['empty.csv']],
    ['a report over the file', 1, /would overwrite/, ['users.csv', '--report', 'users.csv']],
    ['a report over the file by a link', 1, /would overwrite/, ['users.csv', '--report', 'link.csv']],
    ['a report in no folder', 1, /cannot be written \(ENOENT\)\.$/m, ['users.csv', '--report', 'no/x']],
    ['another format', 2, /^--format must be ndjson or csv/m, ['users.csv', '--format', 'xml']],
    ['another choice', 2, /^--on-existing must be/m, ['users.csv', '--on-existing', 'replace']],
  ])('%s is one sentence and imports nobody', async (_, code, sentence, args) => {
    line.file('users.csv', 'email\na@example.com\n');
    line.file('map.json', '{"a":1}');
    line.file('list.json', '[]');
    line.file('versions.csv', 'email,tokenVersion\na@example.com,1\n');
    line.file('proto.csv', 'email,__proto__\na@example.com,1\n');
    line.file('utf16.csv', Buffer.from('\ufeffemail\na@example.com\n', 'utf16le'));
    line.file('semicolons.csv', 'email;fullName\na@example.com;A\n');
    line.file('empty.csv', '');
    if (!existsSync(join(line.folder, 'link.csv'))) {
      symlinkSync(join(line.folder, 'users.csv'), join(line.folder, 'link.csv'));
    }
    expect(await run('import', ...args)).toMatchObject({
      code,
      out: '',
      err: expect.stringMatching(sentence),
    });
    expect(await emails()).toEqual([]);
    expect(line.read('users.csv')).toContain('a@example.com');
    expect(existsSync(join(line.folder, 'users.csv.import'))).toBe(false);
  });

  test('lines that are too long or no UTF-8 are refused, and those around them are imported', async () => {
    const user = (email: string) => Buffer.from(`{"email":"${email}"}\r\n`);
    const long = Buffer.from(`{"email":"l@example.com","fullName":"${'x'.repeat(3 * 2 ** 20)}"}\n`);
    const invalid = Buffer.concat([
      Buffer.from('{"email":"i@example.com","fullName":"'),
      Buffer.from([0xff]),
    ]);
    const name = line.file(
      'odd.ndjson',
      Buffer.concat([user('a@example.com'), long, invalid, Buffer.from('"}\n'), user('b@example.com')]),
    );
    const { code, err } = await run('import', name);
    expect([code, err]).toEqual([
      4,
      expect.stringContaining('Line 2: it is longer than 1 MiB.\nLine 3: it is not UTF-8.\n2 created'),
    ]);
    const csv = Buffer.concat([
      Buffer.from('email,fullName\n'),
      long,
      invalid,
      Buffer.from('\nc@example.com,C'),
    ]);
    expect((await run('import', line.file('odd.csv', csv))).err).toMatch(/^1 created.* 2 refused/m);
    expect(await emails()).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
  });

  test('neither terminal, report nor note has a value of the file, and only the owner can read both', async () => {
    const lines = [
      { email: 'a@example.com', passwordHash: '$sesame$' },
      { email: 'b@example.com', password: 'sesame' },
      { email: 'sesame sesame', fullName: 'x' },
      { email: 'c@example.com', sesame: 'x', passwordHash: HASH },
      { email: 'd@example.com', fullName: { sesame: 1 } },
    ];
    const { err } = await line.run(['import', '-', '--report', 'report.ndjson', '--map', 'sesame='], {
      input: lines.map((each) => JSON.stringify(each)).join('\n'),
    });
    expect(err).toMatch(/^1 created, .* 4 refused/m);
    expect(err + line.read('report.ndjson')).not.toMatch(/sesame|R9h/);
    expect(modeOf('report.ndjson')).toBe(0o600);
  });

  test('a report that others could read is theirs no more', async () => {
    line.file('report.ndjson', 'old');
    chmodSync(join(line.folder, 'report.ndjson'), 0o644);
    await line.run(['import', '-', '--report', 'report.ndjson'], { input: '{"email":1}' });
    expect(modeOf('report.ndjson')).toBe(0o600);
    expect(line.read('report.ndjson')).not.toContain('old');
  });

  test('a file makes no superuser unless it may, and no version of tokens', async () => {
    const lines = [
      '{"email":"a@example.com","isSuperuser":true}',
      '{"email":"b@example.com","tokenVersion":1}',
    ];
    const { code, err } = await line.run(['import', '-'], { input: lines.join('\n') });
    expect([code, err]).toEqual([
      4,
      expect.stringContaining('Line 1: isSuperuser would make a superuser; --with-superusers allows it.'),
    ]);
    expect(err).toContain(
      'Line 2: tokenVersion is written only by this library; --map tokenVersion= leaves it out.',
    );
    await line.run(['import', '-', '--with-superusers'], { input: lines[0] });
    expect(await line.query('SELECT 1 FROM users WHERE "isSuperuser"')).toHaveLength(1);
  });
});

describe('export', () => {
  beforeEach(async () => {
    const users = [
      { email: 'ada@example.com', fullName: '=cmd|x', passwordHash: HASH },
      { email: 'bob@example.com', fullName: 'B\u001b[31m' },
    ];
    await line.run(['import', '-'], { input: users.map((each) => JSON.stringify(each)).join('\n') });
  });

  test('writes to standard output what import reads, without hashes', async () => {
    const { code, out, err } = await run('export');
    expect(code).toBe(0);
    expect(out).not.toMatch(/passwordHash|R9h/);
    expect(err).not.toContain('ada@');
    await line.query('DELETE FROM users');
    expect(await line.run(['import', '-'], { input: out })).toMatchObject({ code: 0 });
    expect((await run('export')).out).toBe(out);
  });

  test('--output makes a file that only the owner reads, also in place of one that others read', async () => {
    line.file('users.csv', 'an old file\n'.repeat(1000));
    chmodSync(join(line.folder, 'users.csv'), 0o666);
    const args = ['export', '--format', 'csv', '--with-hashes', '--output', 'users.csv'];
    expect(await run(...args)).toMatchObject({ code: 0, out: '' });
    expect(modeOf('users.csv')).toBe(0o600);
    const [header = '', ...rows] = line.read('users.csv').trimEnd().split('\r\n');
    expect([header.split(',').at(-2), rows.length]).toEqual(['passwordHash', 2]);
    expect(line.read('users.csv')).toContain(HASH);
  });

  test.each(['export', 'export-user'])(
    '%s follows no link, and tells what it cannot write',
    async (command) => {
      const user = command === 'export' ? [] : ['ada@example.com'];
      line.file('target.txt', 'keep me');
      const link = join(line.folder, `${command}.link`);
      symlinkSync(join(line.folder, 'target.txt'), link);
      expect(await run(command, ...user, '--output', link)).toMatchObject({
        ...{
          code: 1,
          err: expect.stringMatching(/cannot be written \(it is a link; name the file itself\)/),
        },
      });
      expect(line.read('target.txt')).toBe('keep me');
      expect(await run(command, ...user, '--output', 'no/such')).toMatchObject({
        ...{ code: 1, err: expect.stringMatching(/cannot be written \(ENOENT\)\.$/m) },
      });
    },
  );

  test('export-user writes the data of one person, without hash and version of tokens', async () => {
    const { code, out } = await run('export-user', 'ADA@example.com');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ user: { email: 'ada@example.com' }, hasPassword: true, sessions: [] },
    });
    expect(out).not.toMatch(/R9h|tokenVersion|bob@/);
    await run('export-user', 'ada@example.com', '--output', 'ada.json');
    expect([modeOf('ada.json'), JSON.parse(line.read('ada.json'))]).toMatchObject([
      0o600,
      { hasPassword: true },
    ]);
    expect(await run('export-user', 'eve@example.com')).toMatchObject({ code: 1, out: '' });
  });
});

test('at a terminal, an import shows how far it is', async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `{"email":"u${at}@example.com"}`);
  const terminal = line.onTerminal(['import', line.file('many.ndjson', lines.join('\n'))]);
  expect(await terminal.end()).toMatchObject({ code: 0 });
  expect(terminal.screen).toMatch(/[█░]{30} \d+ % {2}line \d+, \d+ lines a second/);
  expect(terminal.screen).toContain('3000 created');
});

test.each([
  'id',
  'email',
  'passwordHash',
  'tokenVersion',
  'isSuperuser',
  'roles',
  '__proto__',
  'constructor',
])('--set cannot set %s', async (column) => {
  const { code, err } = await run('create-user', 'e@example.com', '--no-password', '--set', `${column}=1`);
  expect([code, err]).toEqual([2, expect.stringMatching(new RegExp(`^--set ${column}: `, 'm'))]);
  expect(await emails()).toEqual([]);
});

test('a file may export a smaller module for the command line', async () => {
  line.file('dist/two.js', "export { AppModule, AppModule as default } from './app.module.js';\n" + SMALLER);
  const { code, out, err } = await line.run(['--app', 'dist/two.js', 'list-users', '--json']);
  expect([code, out]).toEqual([0, '[]\n']);
  expect(err).toContain('The smaller one.');

  line.file(
    'dist/many.js',
    "export * from './two.js';\nexport { CliModule as A, AppModule as B } from './two.js';\n",
  );
  line.file('dist/unclear.js', "export { CliModule as A, AppModule as B } from './two.js';\n");
  expect(await run('--app', 'dist/many.js', 'list-users')).toMatchObject({ code: 0 });
  expect(await run('--app', 'dist/unclear.js', 'list-users')).toMatchObject({
    ...{
      code: 2,
      err: expect.stringMatching(
        /^dist\/unclear\.js exports several modules; name the file of your root module, .* export the one/m,
      ),
    },
  });
  line.file('dist/none.js', 'export const answer = 42;\n');
  expect(await run('--app', 'dist/none.js', 'list-users')).toMatchObject({
    ...{ code: 2, err: expect.stringMatching(/^dist\/none\.js exports no module of Nest; name the file/m) },
  });
  line.file('dist/alone.js', 'export class Alone {}\n' + asModule('Alone', '[]'));
  expect(await run('--app', 'dist/alone.js', 'list-users')).toMatchObject({
    ...{ code: 1, err: expect.stringMatching(/^Alone does not import UsersModule/m) },
  });
});

const asModule = (name: string, imports: string) =>
  `import { Module } from '@nestjs/common';\nModule({ imports: ${imports} })(${name});\n`;
const SMALLER =
  "import { AppModule as Whole } from './app.module.js';\n" +
  "export class CliModule {\n  constructor() { console.log('The smaller one.'); }\n}\n" +
  asModule('CliModule', '[Whole]');
