import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../support/api.js';
import { databasesUnderTest } from '../support/databases.js';
import { ADAPTERS, PASSWORD } from '../support/host.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import type { OwnProcess } from '../support/processes.js';
import { SecretsScan } from '../support/secrets-scan.js';
import { Member, MemberSession, Role } from '../support/users.js';
import { lastingDatabase, WholePlace } from '../support/whole-process.js';
import { ofToday } from '../support/profiles.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

/** Of each kind and process; `KILL_REQUESTS=100` makes larger floods. */
const REQUESTS = Number(process.env['KILL_REQUESTS'] ?? 10);
const NEW_PASSWORD = 'a new password indeed';
const KINDS = ['registration', 'reset', 'role change', 'deletion'] as const;
type Kind = (typeof KINDS)[number];

/** What a flood was told: the status of each request, 0 where nobody answered any more. */
type Told = Record<Kind, { email: string; status: number }[]>;

const emailsOf = (kind: Kind, round: number) =>
  Array.from({ length: REQUESTS }, (_, index) => `${kind.replace(' ', '-')}${round}-${index}@example.com`);

const hashOf = async ({ source }: WholePlace, email: string) =>
  source
    .getRepository(Member)
    .createQueryBuilder('member')
    .addSelect('member.passwordHash')
    .leftJoinAndSelect('member.roles', 'role')
    .where({ email })
    .getOne();

/** Members who are to be changed, each with all that may belong to one. */
async function prepare(place: WholePlace, round: number): Promise<Role> {
  const { source } = place;
  const role = await source
    .getRepository(Role)
    .save({ name: `analyst${round}`, nameKey: `analyst${round}`, description: null });
  await place.addMembers(['reset', 'role change'].flatMap((kind) => emailsOf(kind as Kind, round)));
  const doomed = await place.addMembers(emailsOf('deletion', round), { roles: [role] });
  const now = new Date();
  const times = { createdAt: now, lastUsedAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
  for (const [index, user] of doomed.entries()) {
    const own = { user, tokenVersion: user.tokenVersion, ...times };
    const sessions = source.getRepository(MemberSession);
    await sessions.insert({ ...own, tokenHash: `${round}-${index}`.padEnd(43, 'x') });
    const accountKey = `${round}-${index}`.padEnd(43, 'y');
    await source
      .getRepository(MemberOAuthAccount)
      .insert({ user, provider: 'acme', accountKey, accountId: `${round}-${index}` });
  }
  return role;
}

/** The mailed tokens of everybody who is to reset. */
async function mailedTokens(api: Api, round: number): Promise<Map<string, string>> {
  const emails = emailsOf('reset', round);
  await Promise.all(emails.map((email) => api.post('/auth/forgot-password', { email }).expect(202)));
  for (;;) {
    const { body } = await api.get('/outbox').expect(200);
    const tokens = (body as { to: string; token: string }[]).map(({ to, token }) => [to, token] as const);
    if (tokens.length === emails.length) return new Map(tokens);
    await delay(50);
  }
}

/** Requests of all kinds at once, and `kill -9` once so many are answered. */
async function flood(place: WholePlace, child: OwnProcess, round: number): Promise<Told> {
  const role = await prepare(place, round);
  const api = new Api(child.url, new SecretsScan());
  const root = api.as(await api.login('root@example.com', PASSWORD));
  const tokens = await mailedTokens(api, round);
  const members = await place.source.getRepository(Member).find();
  const idOf = new Map(members.map(({ id, email }) => [email, id]));
  const ways: Record<Kind, (email: string) => PromiseLike<{ status: number }>> = {
    registration: (email) => api.post('/auth/register', { email, password: PASSWORD }),
    reset: (email) => api.post('/auth/reset-password', { token: tokens.get(email), password: NEW_PASSWORD }),
    'role change': (email) => root.put('/users/roles/assign', { userId: idOf.get(email), roleId: role.id }),
    deletion: (email) => root.delete(`/users/${idOf.get(email)}`),
  };

  let left = REQUESTS * (1 + round);
  const send = async (kind: Kind, email: string) => {
    const answer = await Promise.resolve(ways[kind](email)).catch(() => ({ status: 0 }));
    if (--left === 0) child.kill();
    return { email, status: answer.status };
  };
  // In turns, so that the kill meets all kinds.
  const all = Array.from({ length: REQUESTS }, (_, index) =>
    KINDS.map((kind) => send(kind, emailsOf(kind, round)[index])),
  );
  const told = await Promise.all(all.map((each) => Promise.all(each)));
  await child.ended;
  return Object.fromEntries(KINDS.map((kind, index) => [kind, told.map((each) => each[index])])) as Told;
}

async function canLogIn(api: Api, email: string, password: string): Promise<boolean> {
  const { status } = await api.post('/auth/jwt/login', { email, password });
  expect([200, 400]).toContain(status);
  return status === 200;
}

/** Each is whole or absent, and all that was acknowledged is there. */
async function expectWhole(place: WholePlace, api: Api, told: Told): Promise<void> {
  for (const { email, status } of told.registration) {
    const stored = await hashOf(place, email);
    const isWhole = stored?.passwordHash != null && stored.tokenVersion > 0 && stored.isActive;
    expect({ email, isWhole }).toEqual({ email, isWhole: stored !== null });
    expect(await canLogIn(api, email, PASSWORD)).toBe(stored !== null);
    if (status === 201) expect({ email, stored }).not.toEqual({ email, stored: null });
  }
  for (const { email, status } of told.reset) {
    const [isOld, isNew] = [await canLogIn(api, email, PASSWORD), await canLogIn(api, email, NEW_PASSWORD)];
    expect({ email, isNew }).toEqual({ email, isNew: !isOld });
    expect((await hashOf(place, email))?.tokenVersion).toBe(isNew ? 8 : 7);
    if (status === 200) expect({ email, isNew }).toEqual({ email, isNew: true });
  }
  for (const { email, status } of told['role change']) {
    const roles = (await hashOf(place, email))?.roles;
    if (status === 200) expect({ email, roles: roles?.length }).toEqual({ email, roles: 1 });
    else expect(roles?.length).toBeLessThanOrEqual(1);
  }
  for (const { email, status } of told.deletion) {
    if (status === 204) expect({ email, row: await hashOf(place, email) }).toEqual({ email, row: null });
  }
  await expectNoOrphans(
    place,
    told.deletion.map(({ email }) => email),
  );
}

/** Who is there has all that belonged to them; of who is gone, nothing is left. */
async function expectNoOrphans({ source }: WholePlace, emails: readonly string[]): Promise<void> {
  const members = await source.getRepository(Member).find({ relations: { roles: true } });
  const left = members.filter(({ email }) => emails.includes(email));
  const expected = left.map(({ email }) => email).sort();
  for (const entity of [MemberSession, MemberOAuthAccount]) {
    const rows = await source.getRepository(entity).find({ relations: { user: true } });
    expect(rows.filter(({ user }) => !user)).toEqual([]);
    const owners = rows.map(({ user }) => user.email).filter((email) => emails.includes(email));
    // Logins make sessions, too.
    expect([...new Set(owners)].sort()).toEqual(expected);
  }
  expect(left.every(({ roles }) => roles.length === 1)).toBe(true);
  const junction = source.getMetadata(Member).findRelationWithPropertyPath('roles')?.junctionEntityMetadata;
  const question = `SELECT COUNT(*) AS count FROM ${junction?.tablePath}`;
  const [{ count }] = (await source.query(question)) as [{ count: string | number }];
  expect(Number(count)).toBe(members.reduce((sum, { roles }) => sum + roles.length, 0));
}

describe.each(ofToday(databasesUnderTest()))('%s', (database) => {
  test(`kill -9 in a flood of ${REQUESTS} registrations, resets, role changes and deletions each: whole or absent`, async () => {
    const place = await WholePlace.create(await lastingDatabase(database));
    let child: OwnProcess | undefined;
    try {
      await place.addMembers(['root@example.com'], { isSuperuser: true });
      for (const [round, adapter] of ADAPTERS.entries()) {
        child ??= await place.start(adapter);
        const told = await flood(place, child, round);
        const statuses = new Set(KINDS.flatMap((kind) => told[kind].map(({ status }) => status)));
        expect([...statuses].filter((status) => ![0, 200, 201, 204].includes(status))).toEqual([]);
        expect(statuses).toContain(0);
        expect(statuses.size).toBeGreaterThan(2);
        child = await place.start(ADAPTERS[1 - round]);
        await expectWhole(place, new Api(child.url, new SecretsScan()), told);
      }
    } finally {
      child?.kill();
      await child?.ended;
      await place.close();
    }
  }, 60_000);
});
