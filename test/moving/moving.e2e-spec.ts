import { hash as bcrypt } from 'bcrypt';
import { DataSource } from 'typeorm';
import { FIREBASE_OPTIONS } from '../schemes/vectors.js';
import { AUTH0_HASHES, AUTH0_PASSWORD, AUTH0_USERS } from './exports/auth0.js';
import { BETTER_AUTH_SQL } from './exports/better-auth.js';
import { DJANGO_JSONL } from './exports/django.js';
import { FIREBASE_JSON } from './exports/firebase.js';
import { KEYCLOAK_USERS } from './exports/keycloak.js';
import { Guide, type MovedHost, Project } from './guide.js';

/** Each guide is followed: its script converts an export of the original, `import` reads it, and a user logs in by the old password. */
const project = Project.make();
let host: MovedHost;
afterEach(() => host.close());
afterAll(() => project.remove());

const GOOGLE = {
  provider: 'google',
  issuer: 'https://accounts.google.com',
  subject: '110169484474386276334',
};

async function hostOf(guide: Guide, roles: readonly string[], edits?: Record<string, string>): Promise<void> {
  host = await guide.host(edits);
  for (const role of roles) await host.commands.createRole(role);
}

async function fill(database: string, sql: string): Promise<void> {
  const old = await new DataSource({ type: 'better-sqlite3', database }).initialize();
  for (const statement of sql.split(/;$/m).filter((each) => each.trim() !== '')) await old.query(statement);
  await old.destroy();
}

test('users of Better Auth', async () => {
  const guide = new Guide('docs/moving-from-better-auth.md');
  await fill(project.path('old.sqlite'), BETTER_AUTH_SQL);
  const script = guide.code('js');
  const source = "{ type: 'postgres', url: process.env.OLD_DATABASE_URL }";
  expect(script).toContain(source);
  await project.run(script.replace(source, "{ type: 'better-sqlite3', database: 'old.sqlite' }"));

  await hostOf(guide, ['clerk']);
  expect(await host.import(project.path('users.ndjson'), { withSuperusers: true })).toBe(
    '4 created, 0 skipped, 0 refused',
  );
  expect(await host.commands.showUser('ada@example.com')).toMatchObject({
    formerId: 'sTxNpbegVeaBTTN4yfGJleA0QJCd8WTp',
    ...{ fullName: 'Ada', isVerified: true, isActive: true, isSuperuser: true, roles: ['clerk'] },
    createdAt: new Date('2026-11-27T21:49:27.521Z'),
  });
  expect(await host.login({ email: 'ada@example.com', password: 'correctPassword124!' })).toBe(400);
  expect(await host.login({ email: 'ada@example.com', password: 'correctPassword123!' })).toBe(200);
  expect(await host.hashOf('ada@example.com')).toMatch(/^\$argon2id\$/);
  expect(await host.commands.showUser('bob@example.com')).toMatchObject({
    isActive: false,
    isVerified: false,
  });
  await host.commands.activate('bob@example.com');
  expect(await host.login({ email: 'bob@example.com', password: 'Ada fine é' })).toBe(200);
  expect(await host.hashOf('cy@example.com')).toBeNull();
  expect(project.lines('accounts.ndjson')).toEqual([{ email: 'cy@example.com', ...GOOGLE }]);
});

test('users of hand-written code of Passport', async () => {
  const guide = new Guide('docs/moving-from-passport.md');
  // As PostgreSQL writes the rows by the statement of the page.
  const ada = {
    ...{ id: '8dedb37d-21f8-469c-8a54-89336dc62935', email: 'Ada@example.com' },
    password: await bcrypt(`${'p'.repeat(72)}first`, 4),
    ...{ name: 'Ada', role: 'clerk', isActive: true, isVerified: true },
    createdAt: '2019-05-06T07:08:09.01+00:00',
  };
  const bob = {
    ...ada,
    ...{ id: '8dedb37d-21f8-469c-8a54-89336dc62936', email: 'bob@example.com', isActive: false },
  };
  const file = project.write('old-users.ndjson', [ada, bob].map((user) => JSON.stringify(user)).join('\n'));

  await hostOf(guide, ['clerk']);
  const map = JSON.parse(guide.code('json')) as Record<string, string>;
  expect(await host.import(file, { map })).toBe('2 created, 0 skipped, 0 refused');
  expect(await host.commands.showUser('ada@example.com')).toMatchObject({
    ...{ id: ada.id, fullName: 'Ada', isVerified: true, isActive: true, isSuperuser: false },
    ...{ roles: ['clerk'], createdAt: new Date('2019-05-06T07:08:09.010Z') },
  });
  const long = { email: 'ada@example.com', password: `${'p'.repeat(72)}first` };
  expect(await host.login({ ...long, password: 'p'.repeat(71) })).toBe(400);
  expect(await host.login(long)).toBe(200);
  expect(await host.login({ ...long, password: 'p'.repeat(72) })).toBe(400);
  expect(await host.login(long)).toBe(200);
  expect(await host.login({ ...long, email: 'bob@example.com' })).toBe(400);
});

test('users of a realm of Keycloak', async () => {
  const guide = new Guide('docs/moving-from-keycloak.md');
  project.write('shop-users-0.json', KEYCLOAK_USERS);
  const warnings = await project.run(guide.code('js'), ['shop-users-0.json']);
  expect(warnings).toBe('Left out, without an address: kiosk\n');

  await hostOf(guide, ['clerk']);
  expect(await host.import(project.path('users.ndjson'), { withSuperusers: true })).toBe(
    '2 created, 0 skipped, 0 refused',
  );
  expect(await host.commands.showUser('ada')).toMatchObject({
    ...{ id: 'd8a1b6a4-6c0c-4f3f-9f3a-0a4d2f3f4a11', username: 'ada', fullName: 'Ada Lovelace' },
    ...{
      isVerified: true,
      isActive: true,
      roles: ['clerk'],
      createdAt: new Date('2019-05-06T07:08:09.010Z'),
    },
  });
  expect(await host.login({ identifier: 'ada', password: 'password' })).toBe(400);
  expect(await host.login({ identifier: 'ada', password: 'secret' })).toBe(200);
  const bob = await host.commands.showUser('bob@example.com');
  expect(bob).toMatchObject({ username: null, isActive: false, isVerified: false, roles: [] });
  await host.commands.activate('bob@example.com');
  expect(await host.login({ identifier: 'bob@example.com', password: 'password' })).toBe(200);
  expect(await host.hashOf('bob@example.com')).toMatch(/^\$argon2id\$/);
  expect(project.lines('accounts.ndjson')).toEqual([{ email: 'ada@example.com', ...GOOGLE }]);
});

test('users of Django', async () => {
  const guide = new Guide('docs/moving-from-django.md');
  project.write('users.jsonl', DJANGO_JSONL);
  const warnings = await project.run(guide.code('js'), ['users.jsonl']);
  expect(warnings).toBe('Left out, without an address: dee\n');

  await hostOf(guide, ['staff', 'editors']);
  // bob and eve share an address.
  expect(await host.import(project.path('users.ndjson'), { withSuperusers: true })).toBe(
    '3 created, 1 skipped, 0 refused',
  );
  expect(await host.commands.showUser('ada')).toMatchObject({
    ...{ id: 1, username: 'ada', email: 'ada@example.com', fullName: 'Ada Lovelace' },
    ...{
      isActive: true,
      isSuperuser: true,
      isVerified: false,
      createdAt: new Date('2019-05-06T07:08:09.010Z'),
    },
    roles: ['editors', 'staff'],
  });
  expect(await host.login({ identifier: 'ada', password: 'letmein' })).toBe(400);
  expect(await host.login({ identifier: 'ada', password: 'lètmein' })).toBe(200);
  expect(await host.login({ identifier: 'Ada@Example.com', password: 'lètmein' })).toBe(200);
  expect(await host.hashOf('ada')).toMatch(/^\$argon2id\$/);
  expect(await host.login({ identifier: 'bob', password: 'correct horse' })).toBe(400);
  expect(await host.hashOf('cy')).toBeNull();
  expect((await host.service.addUser({ email: 'new@example.com' })).id).toBeGreaterThan(3);
});

test('users of Firebase', async () => {
  const guide = new Guide('docs/moving-from-firebase.md');
  project.write('firebase-users.json', FIREBASE_JSON);
  const warnings = await project.run(guide.code('js'), ['firebase-users.json']);
  expect(warnings).toBe('Left out, without an address: 7Jt1XeWkkzPrnFVPZhp4HxSMfLj2\n');

  await hostOf(guide, ['clerk'], { 'process.env.FIREBASE_SIGNER_KEY!': `'${FIREBASE_OPTIONS.signerKey}'` });
  expect(await host.import(project.path('users.ndjson'), { withSuperusers: true })).toBe(
    '2 created, 0 skipped, 0 refused',
  );
  expect(await host.commands.showUser('ada@example.com')).toMatchObject({
    ...{ formerId: 'Yd8wFkGtPfoaryJ6PizUJw000001', fullName: 'Ada {\u2028} "L"', isVerified: true },
    ...{
      isActive: true,
      isSuperuser: true,
      roles: ['clerk'],
      createdAt: new Date('2019-05-06T07:08:09.010Z'),
    },
  });
  expect(await host.login({ email: 'ada@example.com', password: 'user2password' })).toBe(400);
  expect(await host.login({ email: 'ada@example.com', password: 'user1password' })).toBe(200);
  expect(await host.hashOf('ada@example.com')).toMatch(/^\$argon2id\$/);
  expect(await host.commands.showUser('bob@example.com')).toMatchObject({
    isActive: false,
    isVerified: false,
  });
  expect(project.lines('accounts.ndjson')).toEqual([{ email: 'ada@example.com', ...GOOGLE }]);
});

test('users of Auth0', async () => {
  const guide = new Guide('docs/moving-from-auth0.md');
  project.write('auth0-users.json', AUTH0_USERS);
  project.write('auth0-hashes.json', AUTH0_HASHES);
  const warnings = await project.run(guide.code('js'), ['auth0-users.json', 'auth0-hashes.json']);
  expect(warnings).toBe('Left out, another user has the address: google-oauth2|110169484474386276334\n');

  await hostOf(guide, ['clerk']);
  expect(await host.import(project.path('users.ndjson'), { withSuperusers: true })).toBe(
    '2 created, 0 skipped, 0 refused',
  );
  expect(await host.commands.showUser('ada@example.com')).toMatchObject({
    ...{ formerId: 'auth0|5dea9f9c82dd7c0e76e4ec93', fullName: 'Ada', isVerified: true, isActive: true },
    ...{ roles: ['clerk'], createdAt: new Date('2019-05-06T07:08:09.010Z') },
  });
  expect(await host.login({ email: 'ada@example.com', password: 'another password' })).toBe(400);
  expect(await host.login({ email: 'ada@example.com', password: AUTH0_PASSWORD })).toBe(200);
  const euclid = { email: 'euclid@example.com', password: AUTH0_PASSWORD };
  expect(await host.commands.showUser(euclid.email)).toMatchObject({ isActive: false, isVerified: false });
  expect(await host.login(euclid)).toBe(400);
  await host.commands.activate(euclid.email);
  expect(await host.login(euclid)).toBe(200);
  // The account at Google of somebody with the address of an unverified user is linked to nobody.
  const github = { provider: 'github', issuer: 'https://github.com/login/oauth', subject: '583231' };
  expect(project.lines('accounts.ndjson')).toEqual([{ email: 'ada@example.com', ...github }]);
});
