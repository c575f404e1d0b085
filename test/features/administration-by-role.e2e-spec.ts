import { type BaseUser, bearer, jwt, RolesAccepted, RolesService } from 'nestjs-users';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { Member, MemberSession, Role } from '../support/users.js';

const OPTIONS = {
  user: Member,
  role: Role,
  session: MemberSession,
  backends: [{ name: 'jwt', transport: bearer(), strategy: jwt() }],
  roleManagement: {},
  userManagement: { guards: [RolesAccepted('helper')] },
};

/** A host where `helper` may administer users, who is a helper and a reader. */
async function administered(host: Host) {
  const roles = host.app.get(RolesService);
  for (const name of ['helper', 'reader', 'administrator']) await roles.addRole({ name });
  const give = async (user: BaseUser, ...names: string[]) => {
    for (const name of names) await roles.assignRole(user.id, (await roles.getRoleByName(name)).id);
    return user;
  };
  const add = async (name: string, ...names: string[]) =>
    give(await host.addUser({ email: `${name}@example.com` }), ...names);
  await add('helper', 'helper', 'reader');
  const helper = await host.api.loggedIn('helper@example.com', PASSWORD, 'jwt');
  return { helper, add, give };
}

onEachHost({ readsLists: true }, (boot) => {
  test('who holds a role administers those who hold no more, and no superuser', async () => {
    const host = await boot(OPTIONS);
    const { helper, add } = await administered(host);
    const targets = {
      plain: await add('plain'),
      reader: await add('reader', 'reader'),
      equal: await add('equal', 'helper', 'reader'),
      administrator: await add('administrator', 'reader', 'administrator'),
      superuser: await host.addUser({ email: 'root@example.com', isSuperuser: true }),
    };
    const forbidden = ['administrator', 'superuser'];
    for (const [name, { id }] of Object.entries(targets)) {
      const may = (status: number) => (forbidden.includes(name) ? 403 : status);
      await helper.get(`/users/${id}`).expect(200);
      await helper.get(`/users/${id}/sessions`).expect(200);
      await helper.patch(`/users/${id}`, { isVerified: true }).expect(may(200));
      await helper.patch(`/users/${id}`, { isActive: false }).expect(may(200));
      await helper.patch(`/users/${id}`, { isActive: true }).expect(may(200));
      await helper.patch(`/users/${id}`, { email: `new-${name}@example.com` }).expect(may(200));
      await helper.patch(`/users/${id}`, { password: 'a new password indeed' }).expect(may(200));
      await helper.post(`/users/${id}/password-reset`).expect(may(202));
      await helper.delete(`/users/${id}/sessions`).expect(may(204));
      await helper.patch(`/users/${id}`, { isSuperuser: true }).expect(403);
      await helper.delete(`/users/${id}`).expect(may(204));
    }
    const left = (await host.users.find()).map(({ email, isActive, isSuperuser }) => [
      email,
      isActive,
      isSuperuser,
    ]);
    expect(left).toHaveLength(3);
    expect(left).toContainEqual(['administrator@example.com', true, false]);
    expect(left).toContainEqual(['root@example.com', true, true]);
  });

  test('roles are never written by the administration of users', async () => {
    const host = await boot(OPTIONS);
    const { helper, add } = await administered(host);
    const { id } = await add('plain');
    const load = { load: { relations: { roles: true } } as never };
    for (const roles of [['administrator'], [{ name: 'administrator' }], [{ id: 1 }], { id: 1 }]) {
      await helper.patch(`/users/${id}`, { roles, isVerified: true }).expect(200);
      await helper
        .post('/users', { email: `x${JSON.stringify(roles).length}@example.com`, roles })
        .expect(201);
    }
    expect(((await host.service.getUser(id, load)) as Member).roles).toEqual([]);
    await helper.post('/users', { email: 'boss@example.com', isSuperuser: true }).expect(403);
  });

  test('a role that is lost ends the right at once; nobody else has it', async () => {
    const host = await boot(OPTIONS);
    const { helper, add } = await administered(host);
    await add('reader', 'reader');
    const reader = await host.api.loggedIn('reader@example.com', PASSWORD, 'jwt');
    await reader.get('/users').expect(403);
    await reader.post('/users', { email: 'x@example.com' }).expect(403);
    await helper.get('/users').expect(200);
    const roles = host.app.get(RolesService);
    await roles.deleteRole((await roles.getRoleByName('helper')).id);
    await helper.get('/users').expect(403);
  });

  test('the list shows who has a role, page by page, with every other filter', async () => {
    const host = await boot(OPTIONS);
    const { helper, add } = await administered(host);
    for (let index = 0; index < 7; index++) await add(`reader${index}`, 'reader');
    await add('plain');
    const emails = async (query: string): Promise<string[]> => {
      const found: string[] = [];
      let cursor = '';
      do {
        const { body } = await helper.get(`/users?limit=3&${query}${cursor}`).expect(200);
        found.push(...(body.items as { email: string }[]).map(({ email }) => email.split('@')[0] ?? ''));
        cursor = body.next === null ? '' : `&cursor=${body.next}`;
      } while (cursor);
      return found;
    };
    const readers = Array.from({ length: 7 }, (_, index) => `reader${index}`);
    expect(await emails('role=READER&sort=email')).toEqual(['helper', ...readers]);
    expect(await emails('role=reader&sort=-email')).toEqual(['helper', ...readers].toReversed());
    expect(new Set(await emails('role=reader'))).toEqual(new Set(['helper', ...readers]));
    expect(new Set(await emails('role=reader&sort=createdAt&search=reader'))).toEqual(new Set(readers));
    expect(await emails('role=reader&isVerified=false')).toEqual([]);
    expect(await emails('role=helper&isActive=true')).toEqual(['helper']);
    for (const nobody of ['unknown', '', '%', "' OR 1=1 --", '%00']) {
      expect(await emails(`role=${encodeURIComponent(nobody)}`)).toEqual([]);
    }
    await helper.get('/users?role=a&role=b').expect(422);
    const { body } = await helper.get('/users?role=reader&page=2&limit=5&count=true').expect(200);
    expect(body).toMatchObject({ total: 8, items: { length: 3 } });

    const withoutRoles = await boot();
    const root = await withoutRoles.login({ isSuperuser: true });
    expect((await root.api.get('/users?role=reader').expect(200)).body.items).toEqual([]);
  });

  test('the list is the same where more have a role than are found at once', async () => {
    const host = await boot(OPTIONS);
    const { helper } = await administered(host);
    const { id: roleId } = await host.app.get(RolesService).getRoleByName('reader');
    const names = Array.from({ length: 1100 }, (_, index) => `many${String(index).padStart(4, '0')}`);
    const junction = host.users.metadata.findRelationWithPropertyPath('roles')?.junctionEntityMetadata;
    const [member = '', held = ''] = (junction?.columns ?? []).map(({ propertyName }) => propertyName);
    for (let start = 0; start < names.length; start += 100) {
      const rows = names.slice(start, start + 100).map((name, index) => ({
        email: `${name}@example.com`,
        tokenVersion: 1,
        isActive: index % 10 !== 0,
      }));
      const { identifiers } = await host.users.insert(rows);
      const holders = identifiers.map(({ id }) => ({ [member]: id as string, [held]: roleId }));
      await host.users.manager
        .createQueryBuilder()
        .insert()
        .into(junction?.tablePath ?? '')
        .values(holders)
        .execute();
    }
    const page = async (query: string) => {
      const { body } = await helper.get(`/users?role=reader&limit=3&${query}`).expect(200);
      return body as { items: { email: string }[]; next: string; total?: number };
    };
    const named = ({ items }: { items: { email: string }[] }) =>
      items.map(({ email }) => email.split('@')[0]);
    const first = await page('sort=email&search=many');
    expect(named(first)).toEqual(names.slice(0, 3));
    expect(named(await page(`sort=email&search=many&cursor=${first.next}`))).toEqual(names.slice(3, 6));
    expect(named(await page('sort=-email&isActive=false'))).toEqual(['many1090', 'many1080', 'many1070']);
    expect((await page('page=1&count=true')).total).toBe(1101);
    const newest = await page('');
    const next = await page(`cursor=${newest.next}`);
    expect(new Set([...named(newest), ...named(next)]).size).toBe(6);
  });

  test('an administrator has a reset mailed, and never learns the password', async () => {
    const host = await boot(OPTIONS);
    const { helper, add } = await administered(host);
    const { id } = await add('plain');
    const answer = await helper.post(`/users/${id}/password-reset`).expect(202);
    expect(answer.text).toBe('null');
    await host.settled();
    const { token, to } = host.outbox.last();
    expect(to).toBe('plain@example.com');
    await host.api.post('/auth/reset-password', { token, password: 'a new password indeed' }).expect(200);
    await host.api.login('plain@example.com', 'a new password indeed');

    await helper.post('/users/00000000-0000-0000-0000-000000000000/password-reset').expect(404);
    await host.service.updateUser(id, { isActive: false });
    await helper.post(`/users/${id}/password-reset`).expect(409, /USER_INACTIVE/);
  });

  test('a user is invited, and sets a password within a week', async () => {
    const host = await boot(OPTIONS);
    const { helper } = await administered(host);
    const invite = async (email: string) => {
      await helper.post('/users', { email, invite: true }).expect(201);
      await host.settled();
      return host.outbox.last(email).token;
    };
    const [early, late] = [await invite('early@example.com'), await invite('late@example.com')];
    await host.api.post('/auth/jwt/login', { email: 'early@example.com', password: '' }).expect(400);
    travel(6 * 86_400);
    await host.api
      .post('/auth/reset-password', { token: early, password: 'a new password indeed' })
      .expect(200);
    await host.api.login('early@example.com', 'a new password indeed');
    travel(2 * 86_400);
    await host.api
      .post('/auth/reset-password', { token: late, password: 'a new password indeed' })
      .expect(400);
  });

  test('an invitation verifies the address that it was mailed to; a plain reset does not', async () => {
    const host = await boot({ ...OPTIONS, requireVerification: true });
    const { helper } = await administered(host);
    await helper.post('/users', { email: 'new@example.com', invite: true }).expect(201);
    await host.settled();
    const password = 'a new password indeed';
    const { token } = host.outbox.last('new@example.com');
    await host.api.post('/auth/reset-password', { token, password }).expect(200);
    await host.api.login('new@example.com', password);

    const other = await host.addUser({ email: 'other@example.com', isVerified: false });
    await helper.post(`/users/${other.id}/password-reset`).expect(202);
    await host.settled();
    const reset = host.outbox.last('other@example.com').token;
    await host.api.post('/auth/reset-password', { token: reset, password }).expect(200);
    const login = { email: 'other@example.com', password };
    await host.api.post('/auth/jwt/login', login).expect(400, /LOGIN_USER_NOT_VERIFIED/);
  });

  test('an invitation that can’t go out leaves nobody behind', async () => {
    const host = await boot({ ...OPTIONS, limits: { mails: { attempts: 1, windowSeconds: 3600 } } });
    const { helper } = await administered(host);
    const email = 'new@example.com';
    await helper.post('/users', { email, invite: true, isActive: false }).expect(409, /USER_INACTIVE/);
    await host.api.post('/auth/forgot-password', { email }).expect(202);
    await helper.post('/users', { email, invite: true }).expect(429, /TOO_MANY_ATTEMPTS/);
    expect(await host.users.countBy({ email })).toBe(0);
    await helper.post('/users', { email }).expect(201);
  });

  test('without the reset of passwords there are no invitations', async () => {
    const host = await boot({ ...OPTIONS, passwordReset: undefined });
    const { helper, add } = await administered(host);
    const { id } = await add('plain');
    await helper.post(`/users/${id}/password-reset`).expect(404);
    const refused = await helper.post('/users', { email: 'new@example.com', invite: true }).expect(422);
    expect(refused.body.detail).toMatchObject([{ loc: ['body', 'invite'], type: 'unavailable' }]);
    expect(await host.users.countBy({ email: 'new@example.com' })).toBe(0);
    await helper.post('/users', { email: 'new@example.com', invite: false }).expect(201);
  });
});
