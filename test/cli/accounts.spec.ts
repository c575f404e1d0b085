import { CommandLine } from './command-line.js';

describe.each(['esm', 'cjs'] as const)('an application in %s', (kind) => {
  let line: CommandLine;
  beforeAll(async () => {
    line = await CommandLine.install(kind);
  });
  afterAll(() => line.remove());

  test('create-user makes a superuser, whose id is the only result', async () => {
    const args = ['create-user', 'Admin@Example.com', '--superuser', '--set', 'points=7', '--password-stdin'];
    const { code, out, err } = await line.run(args, { input: 'correct horse battery\n' });
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
