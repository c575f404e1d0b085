import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { BaseUser } from 'nestjs-users';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Boot, type Host, onEachHost, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { NumberedUser, User } from '../support/users.js';

const ROOT = 'root@example.com';

@Entity('app_order')
class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn()
  user!: Relation<User>;

  @Column({ type: 'varchar', length: 20, default: 'open' })
  state!: string;
}

@Entity('app_invoice')
class Invoice {
  @PrimaryGeneratedColumn()
  id!: number;

  @ManyToOne(() => User, { nullable: false, onDelete: 'RESTRICT' })
  user!: Relation<User>;
}

/** A host with a superuser who is logged in. */
async function administered(boot: Boot, options: Parameters<Boot>[0] = {}) {
  const host = await boot(options);
  const root = await host.login({ email: ROOT, isSuperuser: true });
  return { ...host, root: root.user, admin: root.api };
}

/** A guard of the host's own: whoever the route has authenticated may administer. */
class AnyUser implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ user?: BaseUser }>().user !== undefined;
  }
}

const emails = (body: { items: { email: string }[] }) => body.items.map(({ email }) => email);

onEachHost({ readsLists: true }, (boot) => {
  describe('who may', () => {
    test('superusers administer users; nobody else does, whatever they send', async () => {
      const { api, admin, login } = await administered(boot);
      const ada = await login();
      const missing = '7f1b2f9e-3b1c-4c2e-8f43-0a1b2c3d4e5f';

      for (const [client, status] of [
        [api, 401],
        [ada.api, 403],
      ] as const) {
        await client.get('/users').expect(status);
        await client.get('/users?limit=x').expect(status);
        await client.post('/users', {}).expect(status);
        for (const id of [ada.user.id, missing, 'x']) {
          await client.get(`/users/${id}`).expect(status);
          await client.patch(`/users/${id}`, { isActive: 'x' }).expect(status);
          await client.delete(`/users/${id}`).expect(status);
        }
      }
      await admin.get('/users').expect(200);
    });

    test('authorized by a guard of the host, nobody but a superuser changes or makes one', async () => {
      const { root, login, users } = await administered(boot, {
        userManagement: { authorizedBy: AnyUser },
      });
      const helper = await login();
      const bob = await helper.api
        .post('/users', { email: 'bob@example.com', password: PASSWORD })
        .expect(201);

      await helper.api.get(`/users/${root.id}`).expect(200);
      for (const change of [
        { email: 'x@example.com' },
        { password: 'another password' },
        { isActive: false },
        {},
      ]) {
        await helper.api.patch(`/users/${root.id}`, change).expect(403, /"detail":"Forbidden"/);
      }
      await helper.api.delete(`/users/${root.id}`).expect(403);
      await helper.api.patch(`/users/${bob.body.id}`, { isSuperuser: true }).expect(403);
      await helper.api.patch(`/users/${helper.user.id}`, { isSuperuser: true }).expect(403);
      await helper.api.post('/users', { email: 'eve@example.com', isSuperuser: true }).expect(403);
      await helper.api.patch(`/users/${bob.body.id}`, { isActive: false }).expect(200);

      expect((await users.find({ where: { isSuperuser: true } })).map(({ email }) => email)).toEqual([ROOT]);
    });
  });

  describe('one user', () => {
    test('is made, shown, changed and deleted', async () => {
      const { api, admin } = await administered(boot);
      const made = await admin
        .post('/users', { email: ' Bob@example.com', password: PASSWORD, isVerified: true })
        .expect(201);
      expect(made.body).toMatchObject({
        email: 'bob@example.com',
        isVerified: true,
        isActive: true,
        isSuperuser: false,
      });
      const path = `/users/${made.body.id}`;

      const shown = await admin.get(path).expect(200);
      expect(shown.body).toEqual(made.body);
      expect(shown.headers['cache-control']).toBe('no-store');
      const token = await api.login('bob@example.com', PASSWORD);
      const changed = await admin.patch(path, { email: 'rob@example.com', isActive: false }).expect(200);
      expect(changed.body).toMatchObject({ email: 'rob@example.com', isVerified: false, isActive: false });
      await api.as(token).get('/users/me').expect(401);
      await admin
        .patch(path, { email: 'bob@example.com', isVerified: true })
        .expect(200, /"isVerified":true/);
      await admin.delete(path).expect(204, '');
      await admin.get(path).expect(404, /"detail":"Not Found"/);
    });

    test('a new password ends the user’s logins', async () => {
      const { api, admin, login } = await administered(boot);
      const ada = await login();
      await admin.patch(`/users/${ada.user.id}`, { password: 'a quite new password' }).expect(200);
      await ada.api.get('/users/me').expect(401);
      await api.login(ada.user.email, 'a quite new password');
    });

    test('is refused as at registration', async () => {
      const { admin } = await administered(boot);
      await admin
        .post('/users', { email: ROOT, password: PASSWORD })
        .expect(400, /REGISTER_USER_ALREADY_EXISTS/);
      await admin
        .post('/users', { email: 'bob@example.com', password: 'x' })
        .expect(400, /REGISTER_INVALID_PASSWORD/);
      for (const body of [
        {},
        { email: 'x' },
        { email: 'bob@example.com', isActive: 'yes' },
        { email: 'bob@example.com', password: null },
      ]) {
        await admin.post('/users', body).expect(422);
      }
      const bob = await admin.post('/users', { email: 'bob@example.com' }).expect(201);
      await admin
        .patch(`/users/${bob.body.id}`, { email: ROOT })
        .expect(400, /UPDATE_USER_EMAIL_ALREADY_EXISTS/);
      await admin
        .patch(`/users/${bob.body.id}`, { password: 'x' })
        .expect(400, /UPDATE_USER_INVALID_PASSWORD/);
      await admin.patch(`/users/${bob.body.id}`, { isVerified: 1 }).expect(422);
    });

    test.each([
      ['x'],
      ['0'],
      ['-1'],
      ['1'],
      ['1.5'],
      ['1e3'],
      ['99999999999999999999'],
      ['null'],
      ['undefined'],
      ['%00'],
      ['%27'],
      ['7f1b2f9e-3b1c-4c2e-8f43-0a1b2c3d4e5f'],
      ['7f1b2f9e3b1c4c2e8f430a1b2c3d4e5f'],
      ['7f1b2f9e-3b1c-4c2e-8f43-0a1b2c3d4e5f%20'],
      ['[object Object]'],
      ['*'],
    ])('an id that is nobody’s is 404, whatever the body: %s', async (id) => {
      const { admin } = await administered(boot);
      await admin.get(`/users/${id}`).expect(404);
      await admin.delete(`/users/${id}`).expect(404);
      await admin.patch(`/users/${id}`, { isActive: 'x' }).expect(404);
    });

    test('integer ids do the same', async () => {
      const { admin, root } = await administered(boot, { user: NumberedUser });
      await admin.get(`/users/${root.id}`).expect(200);
      for (const id of ['0', '-1', '01', '1e0', '2147483648', '99999999999999999999', 'x', '1%20']) {
        await admin.get(`/users/${id}`).expect(404);
      }
    });

    test('who was changed by another request meanwhile gets no password by this one', async () => {
      let meanwhile = async (_user: BaseUser) => undefined as unknown;
      const { admin, addUser, service } = await administered(boot, {
        hooks: { preUpdateHook: (user: BaseUser) => meanwhile(user) },
      });
      const ada = await addUser();
      meanwhile = async ({ id }) => {
        meanwhile = async () => undefined;
        await service.updateUser(id, { password: 'of the other request' });
      };
      const { body } = await admin.patch(`/users/${ada.id}`, { password: 'of this request' }).expect(409);
      expect(body).toMatchObject({ detail: 'Conflict' });
    });

    test.each([Order, Invoice])('who is referred to by rows of %p can’t be deleted', async (entity) => {
      const { app, admin, addUser } = await administered(boot, { entities: [Order, Invoice] });
      const { DataSource } = await import('typeorm');
      const ada = await addUser();
      await app
        .get(DataSource)
        .getRepository<Order | Invoice>(entity)
        .insert({ user: { id: String(ada.id) } });
      await admin.delete(`/users/${ada.id}`).expect(409, /"detail":"USER_IN_USE"/);
      await admin.get(`/users/${ada.id}`).expect(200);
    });
  });

  describe('superusers', () => {
    test('nobody deletes themselves here', async () => {
      const { admin, root, addUser } = await administered(boot);
      await addUser({ email: 'other@example.com', isSuperuser: true });
      await admin.delete(`/users/${root.id}`).expect(403, /"detail":"SELF_DELETION"/);
    });

    test('the last active one can’t be demoted, deactivated or deleted', async () => {
      const { admin, root, addUser, service, users } = await administered(boot);
      await addUser({ email: 'gone@example.com', isSuperuser: true, isActive: false });
      for (const change of [{ isSuperuser: false }, { isActive: false }]) {
        await admin.patch(`/users/${root.id}`, change).expect(409, /"detail":"LAST_SUPERUSER"/);
      }
      await expect(service.deleteUser(root.id)).rejects.toMatchObject({ code: 'LAST_SUPERUSER' });
      expect(await users.findOneByOrFail({ id: root.id as string })).toMatchObject({
        isSuperuser: true,
        isActive: true,
      });

      const other = await addUser({ email: 'other@example.com', isSuperuser: true });
      await admin.patch(`/users/${root.id}`, { isSuperuser: false }).expect(200);
      await expect(service.deleteUser(other.id)).rejects.toMatchObject({ code: 'LAST_SUPERUSER' });
    });

    test.each([['isSuperuser'], ['isActive'], ['deletion']])(
      'two who take each other’s place at once leave one: %s',
      async (how) => {
        const { api, root, addUser, users, service } = await administered(boot);
        for (let round = 0; round < 5; round++) {
          const other = await addUser({ email: `other${round}@example.com`, isSuperuser: true });
          const second = api.as(await api.login(other.email, PASSWORD));
          const first = api.as(await api.login(ROOT, PASSWORD));
          const strike = (client: Host['api'], victim: BaseUser) =>
            (how === 'deletion'
              ? client.delete(`/users/${victim.id}`)
              : client.patch(`/users/${victim.id}`, { [how]: false })
            ).then(({ status }) => status);

          const statuses = await Promise.all([strike(first, other), strike(second, root)]);

          const left = await users.countBy({ isSuperuser: true, isActive: true });
          expect({ statuses, left }).toMatchObject({ left: 1 });
          for (const status of statuses) expect([200, 204, 401, 403, 409]).toContain(status);
          if ((await users.countBy({ id: root.id as string, isSuperuser: true, isActive: true })) === 0)
            return;
          const isLeft = await users.findOneBy({ id: other.id as string });
          if (isLeft) await service.deleteUser(other.id);
        }
      },
    );

    test('granting superuser, and setting a password or an address, need a fresh login or one’s own password', async () => {
      const { admin, addUser, users } = await administered(boot);
      const ada = await addUser();
      travel(660);
      const path = `/users/${ada.id}`;
      for (const change of [
        { isSuperuser: true },
        { password: 'a quite new password' },
        { email: 'new@example.com' },
      ]) {
        await admin.patch(path, change).expect(403, /REAUTHENTICATION_REQUIRED/);
        await admin
          .patch(path, { ...change, currentPassword: 'wrong password' })
          .expect(403, /REAUTHENTICATION_REQUIRED/);
      }
      await admin
        .post('/users', { email: 'eve@example.com', isSuperuser: true })
        .expect(403, /REAUTHENTICATION_REQUIRED/);
      expect(await users.countBy({ isSuperuser: true })).toBe(1);
      await admin.patch(path, { isActive: false }).expect(200);
      await admin.patch(path, { isSuperuser: true, currentPassword: PASSWORD }).expect(200);
      await admin
        .post('/users', { email: 'eve@example.com', isSuperuser: true, currentPassword: PASSWORD })
        .expect(201);
    });

    test('one’s own new password gives this login a fresh token', async () => {
      const { api, admin, root } = await administered(boot);
      const { headers } = await admin
        .patch(`/users/${root.id}`, { password: 'a quite new password' })
        .expect(200);
      await admin.get('/users/me').expect(401);
      await api.as(headers['authorization'].slice('Bearer '.length)).get('/users/me').expect(200);
    });
  });

  describe('the list', () => {
    test('goes through all users by cursor, in every order, each once', async () => {
      const { admin, addUser } = await administered(boot);
      for (let index = 0; index < 7; index++) await addUser({ email: `user${index}@example.com` });

      for (const sort of ['', 'createdAt', '-createdAt', 'email', '-email']) {
        const seen: string[] = [];
        let cursor = '';
        do {
          const query = [`limit=3`, sort && `sort=${sort}`, cursor && `cursor=${cursor}`]
            .filter(Boolean)
            .join('&');
          const { body } = await admin.get(`/users?${query}`).expect(200);
          expect(body.items.length).toBeLessThanOrEqual(3);
          seen.push(...emails(body));
          cursor = body.next;
        } while (cursor);
        expect(seen).toHaveLength(8);
        expect(new Set(seen).size).toBe(8);
        const byEmail = [...seen].sort();
        const inOrder: Record<string, string[]> = { email: byEmail, '-email': byEmail.toReversed() };
        expect(seen).toEqual(inOrder[sort] ?? seen);
      }
    });

    test('searches by prefix, literally, and filters', async () => {
      const { admin, addUser } = await administered(boot);
      await addUser({ email: 'a_b@example.com', isVerified: false });
      await addUser({ email: 'axb@example.com', isActive: false });
      const list = async (query: string) =>
        emails((await admin.get(`/users?${query}`).expect(200)).body).sort();

      expect(await list('search=a')).toEqual(['a_b@example.com', 'axb@example.com']);
      expect(await list('search=A_')).toEqual(['a_b@example.com']);
      expect(await list('search=%25')).toEqual([]);
      expect(await list('search=!')).toEqual([]);
      expect(await list('isActive=false')).toEqual(['axb@example.com']);
      expect(await list('isVerified=false')).toEqual(['a_b@example.com']);
      expect(await list('isSuperuser=true')).toEqual([ROOT]);
      expect(await list('isSuperuser=true&isActive=false')).toEqual([]);
    });

    test('counts and pages by number for small tables', async () => {
      const { admin, addUser } = await administered(boot);
      await addUser();
      await addUser({ email: 'bob@example.com' });
      const { body } = await admin.get('/users?sort=email&limit=2&page=2&count=true').expect(200);
      expect({ ...body, items: emails(body) }).toEqual({ items: [ROOT], next: null, total: 3 });
      expect((await admin.get('/users?limit=1&count=true').expect(200)).body).toMatchObject({
        total: 3,
        next: expect.any(String),
      });
    });

    test('caps the limit', async () => {
      const { admin, users } = await administered(boot);
      const rows = Array.from({ length: 120 }, (_, index) => ({
        email: `u${index}@example.com`,
        tokenVersion: 1,
      }));
      await users.insert(rows);
      expect((await admin.get('/users?limit=100000').expect(200)).body.items).toHaveLength(100);
      expect((await admin.get('/users').expect(200)).body.items).toHaveLength(50);
    });

    test.each([
      ['limit=0', 'limit'],
      ['limit=x', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['limit=-1', 'limit'],
      ['sort=passwordHash', 'sort'],
      ['sort=id;drop', 'sort'],
      ['isActive=1', 'isActive'],
      ['isActive=', 'isActive'],
      ['search=a&search=b', 'search'],
      ['cursor=x', 'cursor'],
      ['cursor=', 'cursor'],
      ['page=0', 'page'],
      ['page=1&cursor=x', 'page'],
      ['passwordHash=x', 'passwordHash'],
      ['where[email]=x', 'where[email]'],
      ['count=yes', 'count'],
    ])('refuses %s', async (query, name) => {
      const { admin } = await administered(boot);
      const { body } = await admin.get(`/users?${query}`).expect(422);
      expect(body.detail[0].loc).toEqual(['query', name]);
    });

    test('a cursor belongs to its order, and ends with its user', async () => {
      const { admin, addUser, service } = await administered(boot);
      const ada = await addUser();
      const { body } = await admin.get('/users?sort=email&limit=1').expect(200);
      await admin.get(`/users?sort=-email&cursor=${body.next}`).expect(422);
      await service.deleteUser(ada.id);
      await admin.get(`/users?sort=email&cursor=${body.next}`).expect(422, /Start again without a cursor/);
    });

    test('is one statement beside the one that finds out who asks', async () => {
      const { admin, queries } = await administered(boot);
      expect(await queries.during(() => admin.get('/users').expect(200))).toHaveLength(2);
    });
  });
});
