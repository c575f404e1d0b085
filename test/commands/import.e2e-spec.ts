import { ModuleRef } from '@nestjs/core';
import { type ImportOptions, UsersCommands } from 'nestjs-users/commands';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { Member, Role, User } from '../support/users.js';
import { UuidUser } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

@Entity('named_user')
class NamedUser extends UuidUser {
  @Column({ type: 'varchar', length: 255, nullable: true, unique: true })
  username?: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true, unique: true })
  phone?: string | null;
}

const folder = mkdtempSync(join(tmpdir(), 'nestjs-users-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commandsOf = ({ app }: Host) => new UsersCommands(app.get(ModuleRef));

let files = 0;
function file(content: string | Buffer, ending = 'ndjson'): string {
  const path = join(folder, `${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const ndjson = (...lines: unknown[]) =>
  file(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n');

/** What an import of these lines did, and the lines that it refused. */
async function imported(host: Host, path: string, options: ImportOptions = {}) {
  const refusals: [number, string | null, string][] = [];
  const onRefused: ImportOptions['onRefused'] = ({ line, field, reason }) =>
    refusals.push([line, field, reason]);
  const summary = await commandsOf(host).importUsers(path, { onRefused, ...options });
  const { created, updated, skipped, refused } = summary;
  return { counts: [created, updated, skipped, refused], refusals, summary };
}

onEachHost((boot) => {
  test('a line becomes a user with own columns, who logs in with the password of the former application', async () => {
    const host = await boot();
    const { service } = host;
    const { passwordHash } = await hashOf(host);
    const createdAt = '2019-05-06T07:08:09.010Z';
    const line = { email: 'Ada@Example.com', fullName: 'Ada', isVerified: true, passwordHash, createdAt };
    const { counts, refusals } = await imported(
      host,
      ndjson(line, { email: 'bob@example.com', fullName: null }),
    );
    expect([counts, refusals]).toEqual([[2, 0, 0, 0], []]);

    const ada = await service.findByEmail('ada@example.com');
    expect(ada).toMatchObject({ fullName: 'Ada', isVerified: true, isActive: true, isSuperuser: false });
    expect(ada?.createdAt.toISOString()).toBe(createdAt);
    await host.api.login('ada@example.com', PASSWORD);
    const bob = await service.findByEmail('bob@example.com');
    expect(bob).toMatchObject({ isVerified: false, isActive: true, fullName: null });
    expect(await host.repository.findPasswordHash(bob!.id)).toBeNull();
  });

  test('a line that cannot be a user is refused with its number, and the others are imported', async () => {
    const host = await boot();
    const path = ndjson(
      { email: 'ada@example.com' },
      { fullName: 'nobody' },
      { email: 'not an address' },
      'half a line {',
      '[1]',
      { email: 'b@example.com', nickname: 'x' },
      { email: 'c@example.com', fullName: 'x'.repeat(101) },
      { email: 'd@example.com', fullName: 7 },
      { email: 'e@example.com', isVerified: 'yes' },
      { email: 'f@example.com', passwordHash: 'secret-in-the-clear' },
      { email: 'g@example.com', password: PASSWORD },
      { email: 'h@example.com', tokenVersion: 1 },
      { email: 'i@example.com', id: 'nobody' },
      { email: 'j@example.com', createdAt: 'yesterday' },
      { email: 'k@example.com', fullName: 'a\0b' },
      '{"__proto__":{"isSuperuser":true},"email":"l@example.com"}',
      '{"email":"m@example.com","constructor":1}',
      { email: 'z@example.com' },
    );
    const { counts, refusals } = await imported(host, path);
    expect(counts).toEqual([2, 0, 0, 16]);
    expect(refusals.map(([line, field]) => [line, field])).toEqual([
      ...[
        [2, 'email'],
        [3, 'email'],
        [4, null],
        [5, null],
        [6, 'nickname'],
        [7, 'fullName'],
        [8, 'fullName'],
      ],
      ...[
        [9, 'isVerified'],
        [10, 'passwordHash'],
        [11, 'password'],
        [12, 'tokenVersion'],
        [13, 'id'],
      ],
      ...[
        [14, 'createdAt'],
        [15, 'fullName'],
        [16, '__proto__'],
        [17, 'constructor'],
      ],
    ]);
    expect(JSON.stringify(refusals)).not.toMatch(
      /secret-in-the-clear|correct horse|not an address|yesterday/,
    );
    expect((await host.users.find()).map(({ email }) => email).sort()).toEqual([
      'ada@example.com',
      'z@example.com',
    ]);
  });

  test('a user who is there already stays, also if two lines of a file are one user', async () => {
    const host = await boot();
    await host.addUser({ email: 'ada@example.com', fullName: 'Ada' } as never);
    const lines = [
      { email: 'ADA@example.com', fullName: 'another' },
      { email: 'bob@example.com', fullName: 'first' },
      { email: 'Bob@example.com', fullName: 'second' },
    ];
    const { counts } = await imported(host, ndjson(...lines));
    expect(counts).toEqual([1, 0, 2, 0]);
    expect(await host.service.findByEmail('ada@example.com')).toMatchObject({ fullName: 'Ada' });
    expect(await host.service.findByEmail('bob@example.com')).toMatchObject({ fullName: 'first' });
    expect((await imported(host, ndjson(...lines))).counts).toEqual([0, 0, 3, 0]);
  });

  test('an update sets what a line says, and neither password nor superuser unless both are asked for', async () => {
    const host = await boot();
    const ada = await host.addUser({ email: 'ada@example.com', fullName: 'Ada' } as never);
    const token = await host.api.login('ada@example.com', PASSWORD);
    const { passwordHash } = await hashOf(host, 'another password');
    const line = { email: 'ada@example.com', fullName: 'Ada L.', isSuperuser: true, passwordHash };
    const update = { onExisting: 'update' } as const;
    expect((await imported(host, ndjson(line), update)).counts).toEqual([0, 1, 0, 0]);
    expect(await host.service.getUser(ada.id)).toMatchObject({ fullName: 'Ada L.', isSuperuser: false });
    await host.api.as(token).get('/users/me').expect(200);

    expect((await imported(host, ndjson(line), update)).counts).toEqual([0, 0, 1, 0]);
    const all = { ...update, updatePasswords: true, withSuperusers: true };
    expect((await imported(host, ndjson(line), all)).counts).toEqual([0, 1, 0, 0]);
    expect(await host.service.getUser(ada.id)).toMatchObject({ isSuperuser: true });
    await host.api.as(token).get('/users/me').expect(401);
    await host.api.login('ada@example.com', 'another password');

    const last = await imported(host, ndjson({ email: 'ada@example.com', isActive: false }), all);
    expect(last.refusals).toEqual([[1, null, expect.stringContaining('superuser')]]);
  });

  test('a dry run says the same and writes nothing', async () => {
    const host = await boot();
    await host.addUser({ email: 'ada@example.com' });
    const path = ndjson(
      { email: 'ada@example.com' },
      { email: 'b@example.com' },
      { email: 'B@example.com' },
      { email: 1 },
    );
    expect((await imported(host, path, { dryRun: true })).counts).toEqual([1, 0, 2, 1]);
    expect(await host.users.count()).toBe(1);
    expect((await imported(host, path)).counts).toEqual([1, 0, 2, 1]);
  });

  test('what the database refuses, refuses its line only', async () => {
    const host = await boot({ user: NamedUser, identifier: ['email', 'username'] });
    const lines = Array.from({ length: 60 }, (_, at) => ({
      ...{ email: `u${at}@example.com`, username: `user${at}`, phone: `${at}` },
    }));
    lines[20].phone = '7';
    lines[41].phone = '19';
    const { counts, refusals } = await imported(host, ndjson(...lines));
    expect(counts).toEqual([58, 0, 0, 2]);
    expect(refusals.map(([line, , reason]) => [line, reason])).toEqual([
      [21, expect.stringContaining('another user')],
      [42, expect.stringContaining('another user')],
    ]);
    const named = [
      { email: 'new@example.com', username: 'user3' },
      { email: 'u4@example.com', username: 'user3' },
    ];
    expect(await imported(host, ndjson(...named))).toMatchObject({
      counts: [0, 0, 0, 2],
      refusals: [
        [1, 'username', expect.stringContaining('another address')],
        [2, 'username', expect.stringContaining('another user')],
      ],
    });
  });

  test.each(['skip', 'update'] as const)(
    'an id of another system gives no account to another person (%s)',
    async (onExisting) => {
      const host = await boot({ user: User });
      const root = await host.addUser({ email: 'root@example.com', isSuperuser: true });
      const line = { id: root.id, email: 'mallory@example.com', isVerified: true };
      expect(await imported(host, ndjson(line), { onExisting })).toMatchObject({
        ...{ counts: [0, 0, 0, 1], refusals: [[1, 'id', 'belongs to a user with another address']] },
      });
      expect(await host.users.find()).toMatchObject([{ email: 'root@example.com' }]);
    },
  );

  test('an address that nobody has verified here does not become verified by a file', async () => {
    const host = await boot({ user: User });
    await host.addUser({ isVerified: false });
    const line = { email: 'ada@example.com', isVerified: true };
    const { counts } = await imported(host, ndjson(line), { onExisting: 'update', updatePasswords: true });
    expect(counts).toEqual([0, 0, 1, 0]);
    expect(await host.users.find()).toMatchObject([{ isVerified: false }]);
  });

  test('roles are given by name in any spelling, and an unknown one refuses the line', async () => {
    const host = await boot({ user: Member, role: Role });
    const commands = commandsOf(host);
    await commands.createRole('Clerk');
    await commands.createRole('night shift');
    const { counts, refusals } = await imported(
      host,
      ndjson(
        { email: 'a@example.com', roles: ['clerk', 'CLERK', 'Night  Shift'] },
        { email: 'b@example.com', roles: ['captain'] },
        { email: 'c@example.com', roles: [] },
        { email: 'd@example.com', roles: 'clerk' },
      ),
    );
    expect([counts, refusals.map(([line, field]) => [line, field])]).toEqual([[3, 0, 0, 1], [[2, 'roles']]]);
    expect(await commands.showUser('a@example.com')).toMatchObject({ roles: ['Clerk', 'night shift'] });
    const more = ndjson({ email: 'c@example.com', roles: ['clerk'] }, { email: 'a@example.com', roles: [] });
    expect((await imported(host, more, { onExisting: 'update' })).counts).toEqual([0, 1, 1, 0]);
    expect(await commands.showUser('c@example.com')).toMatchObject({ roles: ['Clerk'] });
    expect(await commands.showUser('a@example.com')).toMatchObject({ roles: ['Clerk', 'night shift'] });
  });

  test('CSV has names of its own, quoted cells, and cells without a value', async () => {
    const host = await boot();
    const csv =
      '\ufeffMail,Name,drop,isVerified\r\n"ada@example.com","Ada ""L""\r\nx",1,yes\r\n\r\nbob@example.com,,,no\r\nc@example.com,"",2,\r\nbad,a"b,,';
    const map = { Mail: 'email', Name: 'fullName', drop: '' };
    const { counts, refusals } = await imported(host, file(csv, 'csv'), { map });
    expect([counts, refusals.map(([line, field]) => [line, field])]).toEqual([[3, 0, 0, 1], [[7, 'email']]]);
    expect(await host.service.findByEmail('ada@example.com')).toMatchObject({
      fullName: 'Ada "L"\r\nx',
      isVerified: true,
    });
    expect(await host.service.findByEmail('bob@example.com')).toMatchObject({ fullName: null });
    expect(await host.service.findByEmail('c@example.com')).toMatchObject({ fullName: '' });
    await expect(imported(host, file('email,nick\na@example.com,x\n', 'csv'))).rejects.toThrow('nick');
    await expect(imported(host, file('email,Mail\n', 'csv'), { map })).rejects.toThrow('twice');
  });

  test('of names that the database takes for equal, the first one is stored', async () => {
    const host = await boot({ user: NamedUser, identifier: ['email', 'username'] });
    // The usual collation of MariaDB has two names here, the other databases have four.
    const names = ['jose', 'jos\u00e9', 'josex', 'jos\u00e9x'];
    const lines = names.map((username, at) => ({ email: `u${at}@example.com`, username }));
    const { counts, refusals } = await imported(host, ndjson(...lines));
    const stored = (await host.rows(NamedUser).find()).map(({ username }) => username);
    expect([counts[0], counts[0] + refusals.length]).toEqual([stored.length, names.length]);
    for (const [, field, reason] of refusals) {
      expect([field, reason]).toEqual(['username', expect.stringContaining('perhaps in another spelling')]);
    }
    expect(stored).toEqual(expect.arrayContaining(['jose', 'josex']));
    const again = await imported(host, ndjson(...lines));
    expect([again.counts[0], again.counts[2], again.counts[3]]).toEqual([0, counts[0], counts[3]]);
  });

  /** Imports the first 500 of 1,200 lines. */
  async function interrupted(host: Host) {
    const path = ndjson(...Array.from({ length: 1200 }, (_, at) => ({ email: `user${at}@example.com` })));
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const { summary } = await imported(host, path, { signal: controller.signal, onProgress });
    expect(summary).toMatchObject({ created: 500, isComplete: false });
    return path;
  }

  test.each<[string, RegExp, (host: Host, path: string) => unknown]>([
    ['a database without its users', /the users of its last lines are gone/, ({ users }) => users.clear()],
    [
      'another file of the same length',
      /its content, its options or the database are now others/,
      (_, path) => writeFileSync(path, readFileSync(path, 'utf8').replace('user1199@', 'user2199@')),
    ],
  ])('an import that was interrupted does not go on with %s', async (_, sentence, change) => {
    const host = await boot();
    const path = await interrupted(host);
    await change(host, path);
    await expect(imported(host, path)).rejects.toThrow(sentence);
    const { counts } = await imported(host, path, { restart: true });
    expect(counts[0] + counts[2]).toBe(1200);
    expect(await host.users.count()).toBe(1200);
  });

  test('CSV of COPY is read, and a file with the line ends of old computers is refused', async () => {
    const host = await boot();
    const rows = ['email,isVerified,createdAt', 'ada@example.com,t,2024-01-31 08:00:00.5+00', ',f,'];
    const { counts, refusals } = await imported(host, file(rows.join('\n'), 'csv'));
    expect([counts, refusals]).toEqual([[1, 0, 0, 1], [[3, 'email', 'is missing']]]);
    expect(await host.users.find()).toMatchObject([
      { isVerified: true, createdAt: new Date('2024-01-31T08:00:00.500Z') },
    ]);
    await expect(imported(host, file(rows.join('\r'), 'csv'))).rejects.toThrow(/end with CR only/);
  });

  test('a report has a line of JSON for each refused line, without a value', async () => {
    const host = await boot();
    const report = join(folder, 'report.ndjson');
    await imported(
      host,
      ndjson({ email: 'a@example.com' }, { email: 'b@example.com', passwordHash: 'sesame' }),
      { report },
    );
    const [refusal, end] = readFileSync(report, 'utf8').split('\n');
    expect(JSON.parse(refusal)).toEqual({
      line: 2,
      field: 'passwordHash',
      reason: expect.stringContaining('must be a hash'),
    });
    expect([end, refusal]).toEqual(['', expect.not.stringContaining('sesame')]);
  });
});

/** A hash as this application makes it, of a user who is gone again. */
async function hashOf(host: Host, password = PASSWORD): Promise<{ passwordHash: string | null | undefined }> {
  const { id } = await host.addUser({ email: 'template@example.com', password });
  const passwordHash = await host.repository.findPasswordHash(id);
  await host.users.delete({ id });
  return { passwordHash };
}
