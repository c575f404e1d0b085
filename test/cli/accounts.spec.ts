import { ofToday } from '../support/profiles.js';
import { CommandLine } from './command-line.js';

const PASSWORD = 'correct horse battery';

describe.each(ofToday(['esm', 'cjs'] as const))('an application in %s', (kind) => {
  let line: CommandLine;
  beforeAll(async () => {
    line = await CommandLine.install(kind);
  });
  afterAll(() => line.remove());

  test('create-user makes a superuser, whose id is the only result', async () => {
    const args = ['create-user', 'Admin@Example.com', '--superuser', '--set', 'points=7', '--password-stdin'];
    const { code, out, err } = await line.runAlone(args, { input: `${PASSWORD}\n` });
    expect([code, err]).toEqual([0, expect.stringContaining('admin@example.com is a new user.')]);
    const [user] = await line.query('SELECT * FROM users');
    expect(out).toBe(`${String(user?.['id'])}\n`);
    expect(user).toMatchObject({
      email: 'admin@example.com',
      isSuperuser: 1,
      isVerified: 1,
      isActive: 1,
      points: 7,
    });
    expect(err).toContain('NESTJS_USERS_CLI=1');
    expect(err).toContain('The application is closed.');
  });

  test('list-users shows them', async () => {
    const { code, out } = await line.run(['list-users']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^id .*isSuperuser +roles\n.*admin@example\.com/)]);
    const { out: json } = await line.run(['list-users', '--json']);
    expect(JSON.parse(json)).toEqual([
      expect.objectContaining({ email: 'admin@example.com', points: 7, roles: [], fullName: null }),
    ]);
    expect(json).not.toMatch(/passwordHash|tokenVersion/);
  });
});

describe('the commands for accounts and roles', () => {
  let line: CommandLine;
  beforeAll(async () => {
    line = await CommandLine.install();
    const ada = { input: PASSWORD };
    await line.run(['create-user', 'ada@example.com', '--superuser', '--password-stdin'], ada);
  });
  afterAll(() => line.remove());

  const ada = async () => (await line.query("SELECT * FROM users WHERE email = 'ada@example.com'"))[0];

  test('a password comes from a variable of the environment, and ends the logins', async () => {
    const before = await ada();
    const env = { NEW_PASSWORD: 'another password' };
    const { code, out, err } = await line.runAlone(
      ['set-password', 'ada@example.com', '--password-env', 'NEW_PASSWORD'],
      { env },
    );
    expect([code, out, err]).toEqual([0, '', expect.stringContaining('ada@example.com has a new password.')]);
    const after = await ada();
    expect(after['passwordHash']).not.toBe(before['passwordHash']);
    expect(after['tokenVersion']).toBeGreaterThan(before['tokenVersion'] as number);
    expect(out + err).not.toContain('another password');
  });

  test('create-user --if-missing needs no password for a user who is there, and promotes nobody', async () => {
    await line.run(['create-user', 'bob@example.com', '--no-password', '--no-verified']);
    const again = ['create-user', 'BOB@example.com', '--superuser', '--if-missing'];
    expect(await line.run(again)).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('stays as it is'),
    });
    const [bob] = await line.query("SELECT * FROM users WHERE email = 'bob@example.com'");
    expect(bob).toMatchObject({ isSuperuser: 0, isVerified: 0, passwordHash: null });
  });

  test('roles are made, given and taken', async () => {
    const run = (...args: string[]) => line.run(args);
    expect(await run('create-role', 'clerk', '--description', 'ships')).toMatchObject({ code: 0 });
    expect(await run('create-role', 'Clerk', '--if-missing')).toMatchObject({ code: 0, out: '' });
    expect(await run('assign-role', 'bob@example.com', 'CLERK')).toMatchObject({ code: 0 });
    expect(await run('list-users', '--role', 'clerk')).toMatchObject({
      out: expect.stringMatching(/bob@.+clerk\n$/),
    });
    const { id } = (
      await line.query<{ id: string }>("SELECT id FROM users WHERE email = 'bob@example.com'")
    )[0];
    expect(await run('revoke-role', id, 'clerk')).toMatchObject({
      code: 0,
      err: expect.stringContaining('no role'),
    });
    expect(await run('revoke-role', id, 'clerk')).toMatchObject({ code: 1 });
  });

  test('verify, deactivate, activate and end-sessions change one user', async () => {
    const run = (...args: string[]) => line.run(args);
    const before = await ada();
    expect(await run('verify', 'bob@example.com')).toMatchObject({ code: 0 });
    expect(await run('deactivate', 'bob@example.com')).toMatchObject({ code: 0 });
    const { out } = await run('show-user', 'bob@example.com', '--json');
    expect(JSON.parse(out)).toMatchObject({ isVerified: true, isActive: false });
    expect(await run('activate', 'bob@example.com')).toMatchObject({ code: 0 });
    expect(await run('show-user', 'bob@example.com')).toMatchObject({
      out: expect.stringMatching(/isActive +yes/),
    });
    expect(await run('end-sessions', 'ada@example.com')).toMatchObject({ code: 0 });
    expect((await ada())['tokenVersion']).toBeGreaterThan(before['tokenVersion'] as number);
  });

  // The last line that the command itself says, behind those of the application.
  test.each<[string, number, RegExp, string[], { input?: string; env?: object }?]>([
    ['the last superuser', 1, /^This is the last active superuser/m, ['deactivate', 'ada@example.com']],
    [
      'a user who is not there',
      1,
      /^There is no user eve@example\.com\.$/m,
      ['show-user', 'eve@example.com'],
    ],
    [
      'an address that is taken',
      1,
      /^A user with this/m,
      ['create-user', 'ada@example.com', '--no-password'],
    ],
    [
      'a short password',
      1,
      /at least 8 characters/,
      ['set-password', 'ada@example.com', '--password-stdin'],
      { input: 'short' },
    ],
    [
      'the rule of a hook',
      1,
      /no "example"/,
      ['set-password', 'ada@example.com', '--password-stdin'],
      { input: 'an example of it' },
    ],
    [
      'no terminal',
      2,
      /^There is no terminal to ask for the password; give it by/m,
      ['create-user', 'eve@example.com'],
    ],
    ['no address', 2, /^There is no terminal to ask; give the address/m, ['create-user', '--no-password']],
    [
      'a variable that is not set',
      2,
      /^The environment variable NOPE is not set/m,
      ['create-user', 'e@example.com', '--password-env', 'NOPE'],
    ],
    [
      'a password as an argument',
      2,
      /unknown option '--password-is'/,
      ['create-user', 'e@example.com', '--password-is', 'x'],
    ],
    [
      'a password as an argument that there could be',
      2,
      /^A password in an argument is seen by every process; give it by --password-stdin or --password-env\.$/m,
      ['create-user', 'e@example.com', '--password', 'sesame'],
    ],
    ['a role that there is not', 1, /^There is no role nosuch\.$/m, ['list-users', '--role', 'nosuch']],
    [
      'a value of another type',
      2,
      /^--set points: it must be a whole number\.$/m,
      ['create-user', 'e@example.com', '--no-password', '--set', 'points=x'],
    ],
    [
      'a column that is not the host’s own',
      2,
      /^--set isSuperuser: another option/m,
      ['create-user', 'e@example.com', '--no-password', '--set', 'isSuperuser=true'],
    ],
    ['an unknown command', 2, /unknown command 'make-user'/, ['make-user']],
    [
      'TypeScript',
      2,
      /^src\/app\.module\.ts is TypeScript; build/m,
      ['--app', 'src/app.module.ts', 'list-users'],
    ],
    ['no file', 2, /^There is no file nope\.js/m, ['list-users', '--app', 'nope.js']],
    [
      'a weak secret',
      1,
      /^nestjs-users: secret has fewer than 32 bytes/m,
      ['list-users'],
      { env: { SECRET: 'weak' } },
    ],
    [
      'a database that is away',
      3,
      /^The database is not available/m,
      ['list-users'],
      { env: { DATABASE: '{"type":"postgres","url":"postgres://x:sesame@127.0.0.1:1/x"}' } },
    ],
  ])('%s is one sentence, and the exit code %i', async (_, code, sentence, args, how = {}) => {
    const ran = await (how.env ? line.runAlone(args, how) : line.run(args, how));
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(sentence)]);
    expect(ran.out).toBe('');
    expect(ran.err).not.toMatch(/^ +at |sesame/m);
  });

  test.each([
    ['that never finishes starting', 'await new Promise(() => undefined);\nexport class AppModule {}\n'],
    ['that ends the process', 'process.exit(0);\nexport class AppModule {}\n'],
  ])('an application %s is no success', async (_, source) => {
    line.file('dist/odd.module.mjs', source);
    const { code, out, err } = await line.runAlone(['--app', 'dist/odd.module.mjs', 'list-users']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^The process ended before the command was done\.$/m);
  });

  test('results that cannot be written are no success', async () => {
    const { code, err } = await line.toFullDisk(['list-users']);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/cannot be written to standard output \(ENOSPC\)/),
    ]);
  });

  test('help has lines', async () => {
    const { err } = await line.runAlone([]);
    expect(err).toMatch(/^Usage: nestjs-users/m);
    expect(err).toMatch(/^ +create-user/m);
    expect(err).not.toContain('\\u{a}');
  });

  test('at a terminal, it asks for what is missing, twice and hidden for the password', async () => {
    const terminal = line.onTerminal(['create-user']);
    await terminal.type('E-mail address', 'carol@example.com\r');
    await terminal.type('Password', 'short\r');
    await terminal.type('at least 8', `${PASSWORD}\r`);
    await terminal.type('again', 'something else\r');
    await terminal.type('another password', `${PASSWORD}\r`);
    expect(await terminal.end()).toMatchObject({ code: 0 });
    expect(terminal.screen).toContain('carol@example.com is a new user.');
    expect(terminal.screen).not.toContain('correct');
    expect(await line.query("SELECT 1 FROM users WHERE email = 'carol@example.com'")).toHaveLength(1);
  });

  test.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('%s at a prompt closes the application and makes nobody', async (_, key) => {
    const terminal = line.onTerminal(['create-user', 'dave@example.com']);
    await terminal.type('Password', key);
    expect(await terminal.end()).toMatchObject({ code: 130 });
    expect(terminal.screen).toContain('The application is closed.');
    expect(await line.query("SELECT 1 FROM users WHERE email = 'dave@example.com'")).toEqual([]);
  });

  test('what a name has of control characters does not reach the terminal', async () => {
    await line.query(`UPDATE users SET "fullName" = 'a\u001b[31m\u202eb' WHERE email = 'ada@example.com'`);
    const { out } = await line.run(['show-user', 'ada@example.com']);
    expect(out).toContain('a\\u{1b}[31m\\u{202e}b');
    const { out: json } = await line.run(['show-user', 'ada@example.com', '--json']);
    expect(json).toContain('a\\u001b[31m\\u202eb');
    expect(JSON.parse(json)).toMatchObject({ fullName: 'a\u001b[31m\u202eb' });
  });
});
