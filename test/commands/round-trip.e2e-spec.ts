import { ModuleRef } from '@nestjs/core';
import { IntUser } from 'nestjs-users';
import { UsersCommands } from 'nestjs-users/commands';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Column, Entity } from 'typeorm';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import * as oauth2 from '../support/oauth2-entities.js';
import { Member, MemberSession, Role } from '../support/users.js';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-users-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const milliseconds = {
  to: (value: Date | null) => value?.getTime() ?? null,
  from: (value: string | null) => (value === null ? null : new Date(Number(value))),
};

class Address {
  @Column({ type: 'varchar', length: 20, nullable: true })
  street?: string | null;

  @Column({ type: 'integer', nullable: true })
  floor?: number | null;
}

@Entity('rich_user')
class RichUser extends IntUser {
  @Column(() => Address)
  homeAddress!: Address;

  @Column({ type: 'simple-json', nullable: true })
  settings?: unknown;

  @Column({ type: 'simple-array', nullable: true })
  tags?: string[] | null;

  @Column({ type: 'date', nullable: true })
  bornOn?: string | null;

  @Column({ type: Date, nullable: true })
  seenAt?: Date | null;

  @Column({ type: 'bigint', nullable: true, transformer: milliseconds })
  metAt?: Date | null;

  @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true })
  balance?: string | number | null;

  @Column({ type: 'bigint', nullable: true })
  large?: string | number | null;

  @Column({ type: 'varchar', length: 50, nullable: true })
  nickname?: string | null;
}

const RICH = {
  homeAddress: { street: 'Main, "St"', floor: 3 },
  settings: { theme: 'dark', list: [1, null, 'é,"\n'] },
  tags: ['a', 'b'],
  bornOn: '1815-12-10',
  seenAt: new Date('2024-02-03T04:05:06Z'),
  metAt: new Date('2020-01-01T00:00:00.123Z'),
  balance: '12.50',
  large: '9007199254740991',
  nickname: ' =1+1\r\n',
};

const commandsOf = ({ app }: Host) => new UsersCommands(app.get(ModuleRef));

async function exported(host: Host, options: Parameters<UsersCommands['exportUsers']>[0]): Promise<string> {
  const lines: string[] = [];
  for await (const line of commandsOf(host).exportUsers(options)) lines.push(line);
  return lines.join('');
}

/** Deletes every user, and imports what was exported. */
async function takeHome(host: Host, format: 'ndjson' | 'csv', text: string) {
  await host.users.createQueryBuilder().delete().execute();
  const path = join(folder, `${format}.${format}`);
  writeFileSync(path, text);
  const refusals: unknown[] = [];
  const onRefused = (refusal: unknown) => refusals.push(refusal);
  const summary = await commandsOf(host).importUsers(path, { onRefused, withSuperusers: true });
  expect(refusals).toEqual([]);
  return summary;
}

onEachHost((boot) => {
  test.each(['ndjson', 'csv'] as const)('what export writes as %s, import reads', async (format) => {
    const host = await boot({ user: RichUser });
    await host.addUser({ email: 'ada@example.com', isSuperuser: true, ...RICH });
    await host.addUser({
      email: 'bob@example.com',
      password: undefined,
      isActive: false,
      nickname: '',
    } as never);
    const before = await exported(host, { format, withHashes: true });
    const { id } = (await host.service.findByEmail('ada@example.com'))!;
    expect(await takeHome(host, format, before)).toMatchObject({ created: 2 });
    expect(await exported(host, { format, withHashes: true })).toBe(before);
    expect((await host.service.findByEmail('ada@example.com'))?.id).toEqual(id);
    await host.api.login('ada@example.com', PASSWORD);
    await host.addUser({ email: 'next@example.com' });
  });

  test.each(['ndjson', 'csv'] as const)(
    'roles, ids and columns of each host come back from %s',
    async (format) => {
      const host = await boot({ user: Member, role: Role });
      const commands = commandsOf(host);
      for (const name of ['clerk', 'night, shift']) await commands.createRole(name);
      await commands.createUser({ email: 'a@example.com', password: PASSWORD }, { roles: ['clerk'] });
      await commands.createUser({ email: 'b@example.com' }, { roles: ['night, shift', 'Clerk'] });
      await commands.createUser({ email: 'c@example.com' });
      const before = await exported(host, { format, withHashes: true });
      expect(await takeHome(host, format, before)).toMatchObject({ created: 3 });
      expect(await exported(host, { format, withHashes: true })).toBe(before);
      await host.addUser({ email: 'next@example.com' });
    },
  );

  test('the next id of a user goes on behind those of an import', async () => {
    const host = await boot({ user: RichUser });
    const first = Number((await host.addUser()).id);
    const lines = [first + 2, first + 1].map((id) => JSON.stringify({ id, email: `u${id}@example.com` }));
    const path = join(folder, 'ids.ndjson');
    writeFileSync(path, lines.join('\n'));
    expect(await commandsOf(host).importUsers(path)).toMatchObject({ created: 2, refused: 0 });
    const { id } = await host.addUser({ email: 'next@example.com' });
    expect(Number(id)).toBe(first + 3);
  });

  test('without being asked, an export has no hash', async () => {
    const host = await boot();
    const { id } = await host.addUser();
    const hash = await host.repository.findPasswordHash(id);
    host.scan.plant(hash!);
    for (const format of ['ndjson', 'csv'] as const) {
      const text = await exported(host, { format });
      expect(text).toContain('ada@example.com');
      expect(text).not.toMatch(/argon2|passwordHash|tokenVersion/);
    }
  });

  test('a softly deleted user is in no export, and none is revived by an import', async () => {
    const host = await boot();
    const { id, email } = await host.addUser();
    await host.service.deleteUser(id);
    expect(await exported(host, {})).toBe('');
    const isSoft = host.users.metadata.deleteDateColumn !== undefined;
    const path = join(folder, 'deleted.ndjson');
    writeFileSync(path, JSON.stringify({ email }));
    const summary = await commandsOf(host).importUsers(path);
    expect([summary.created, summary.refused]).toEqual(isSoft ? [0, 1] : [1, 0]);
  });

  test('the data of a person has all that is kept of them, and no secret', async () => {
    const host = await boot({ user: Member, role: Role, session: MemberSession });
    const commands = commandsOf(host);
    await commands.createRole('clerk');
    await commands.createUser(
      { email: 'ada@example.com', password: PASSWORD, isVerified: true },
      { roles: ['clerk'] },
    );
    await commands.createUser({ email: 'bob@example.com', password: PASSWORD, isVerified: true });
    await host.api.login('ada@example.com', PASSWORD);
    await host.api.login('bob@example.com', PASSWORD);
    const data = JSON.parse(JSON.stringify(await commands.personalData('ada@example.com')));
    expect(data).toMatchObject({
      user: { email: 'ada@example.com', roles: ['clerk'], createdAt: expect.any(String) },
      hasPassword: true,
      sessions: [{ createdAt: expect.any(String), ip: expect.any(String) }],
      linkedAccounts: [],
    });
    expect(JSON.stringify(data)).not.toMatch(/argon2|tokenVersion|tokenHash|bob@/);
  });

  test('the accounts at providers are among it, without their tokens', async () => {
    const host = await boot({ oauthAccount: oauth2.OAuthAccount });
    const user = await host.addUser();
    const account = { provider: 'google', accountId: '42', accountKey: 'k'.repeat(64), accountEmail: null };
    await host.rows(oauth2.OAuthAccount).insert({ ...account, accessToken: 'sesame', user } as never);
    const { linkedAccounts } = await commandsOf(host).personalData('ada@example.com');
    expect(linkedAccounts).toEqual([
      { provider: 'google', accountId: '42', accountEmail: null, createdAt: expect.any(Date) },
    ]);
  });
});
