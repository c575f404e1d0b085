import { Expose } from 'class-transformer';
import { IsString } from 'class-validator';
import { RoleCreateDto, RoleReadDto, RolesAccepted, RolesService, RoleUpdateDto } from 'nestjs-users';
import { type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';
import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Member, NumberedMember, NumberedRole, Role } from '../support/users.js';

@Entity('app_role_price')
class RolePrice {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'integer' })
  cents!: number;

  @ManyToOne(() => Role, { nullable: false, onDelete: 'RESTRICT' })
  role!: Relation<Role>;
}

const OPTIONS: HostOptions = { user: Member, role: Role, roleManagement: {} };
const NOBODY = '00000000-0000-0000-0000-000000000000';

class NamedRoleReadDto extends RoleReadDto {
  @Expose({ name: 'role_name' })
  override name!: string;
}

class ShoutedCreateDto extends RoleCreateDto {
  @IsString()
  override name!: string;
}

class ShoutedUpdateDto extends RoleUpdateDto {}

async function administrator(host: Host) {
  await host.addUser({ email: 'root@example.com', isSuperuser: true });
  return host.api.loggedIn('root@example.com', PASSWORD, 'jwt');
}

onEachHost({ readsLists: true }, (boot) => {
  test('a role that other rows refer to can’t be deleted', async () => {
    const host = await boot({ ...OPTIONS, entities: [RolePrice] });
    const root = await administrator(host);
    const { body: role } = await root.post('/users/roles', { name: 'analyst' }).expect(201);
    await host.rows(RolePrice).insert({ cents: 5, role: { id: role.id } });
    await root.delete(`/users/roles/${role.id}`).expect(409, /"detail":"ROLE_IN_USE"/);
    await root.patch(`/users/roles/${role.id}`, { description: 'still here' }).expect(200);
  });

  test('roles are made, listed, changed and deleted', async () => {
    const host = await boot(OPTIONS);
    const root = await administrator(host);
    const created = await root
      .post('/users/roles', { name: '  Back   Office ', description: 'Desks' })
      .expect(201);
    expect(created.body).toEqual({
      id: expect.any(host.idType),
      name: 'Back Office',
      description: 'Desks',
    });
    const { id } = created.body;
    await root.post('/users/roles', { name: 'Zoologist' }).expect(201);

    const list = await root.get('/users/roles').expect(200);
    expect(list.body).toEqual({
      items: [
        expect.objectContaining({ name: 'Back Office' }),
        { id: expect.any(host.idType), name: 'Zoologist', description: null },
      ],
      total: 2,
    });
    const second = await root.get('/users/roles?limit=1&page=2').expect(200);
    expect(second.body).toMatchObject({ items: [{ name: 'Zoologist' }], total: 2 });

    const changed = await root
      .patch(`/users/roles/${id}`, { name: 'front office', description: null })
      .expect(200);
    expect(changed.body).toEqual({ id, name: 'front office', description: null });
    expect((await root.patch(`/users/roles/${id}`, {}).expect(200)).body.name).toBe('front office');
    await root.delete(`/users/roles/${id}`).expect(204);
    await root.delete(`/users/roles/${id}`).expect(404);
    await root.patch(`/users/roles/${id}`, { name: 'x' }).expect(404);
  });

  test('who holds the role that lets them in may rename it, revoke it from themselves and delete it', async () => {
    for (const giveUp of ['rename', 'revoke', 'delete']) {
      const host = await boot({ ...OPTIONS, roleManagement: { guards: [RolesAccepted('boss')] } });
      const roles = host.app.get(RolesService);
      const { id: roleId } = await roles.addRole({ name: 'boss' });
      const { user, api } = await host.login();
      await roles.assignRole(user.id, roleId);
      if (giveUp === 'rename') await api.patch(`/users/roles/${roleId}`, { name: 'chief' }).expect(200);
      if (giveUp === 'revoke') await api.put('/users/roles/revoke', { userId: user.id, roleId }).expect(200);
      if (giveUp === 'delete') await api.delete(`/users/roles/${roleId}`).expect(204);
      await api.get('/users/roles').expect(403);
    }
  });

  test('a name is one role’s, however it is written', async () => {
    const host = await boot(OPTIONS);
    const root = await administrator(host);
    const { body } = await root.post('/users/roles', { name: 'Café' }).expect(201);
    for (const same of ['café', 'CAFÉ', ' Cafe\u0301 ', 'Ｃafé']) {
      await root.post('/users/roles', { name: same }).expect(409, /ROLE_ALREADY_EXISTS/);
    }
    // MariaDB takes these for equal.
    for (const other of ['cafe', 'cafë', 'café.', 'strasse', 'straße']) {
      await root.post('/users/roles', { name: other }).expect(201);
    }
    await root.patch(`/users/roles/${body.id}`, { name: 'CAFE' }).expect(409, /ROLE_ALREADY_EXISTS/);
    await root.patch(`/users/roles/${body.id}`, { name: 'CAFÉ' }).expect(200);
  });

  test('fifty racing creations make one role', async () => {
    const host = await boot(OPTIONS);
    const root = await administrator(host);
    const requests = Array.from({ length: 50 }, () => root.post('/users/roles', { name: 'analyst' }));
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
  });

  test('names and bodies that can’t be used are 422', async () => {
    const host = await boot(OPTIONS);
    const root = await administrator(host);
    const { body } = await root.post('/users/roles', { name: 'analyst' }).expect(201);
    for (const name of [
      '',
      '  ',
      'x'.repeat(101),
      'a\u0000b',
      'a\u200bb',
      '\ud800',
      7,
      null,
      ['a'],
      { a: 1 },
    ]) {
      await root.post('/users/roles', { name }).expect(422);
      await root.patch(`/users/roles/${body.id}`, { name }).expect(422);
    }
    await root.post('/users/roles', {}).expect(422);
    await root.post('/users/roles', { name: 'a', description: 7 }).expect(422);
    await root.post('/users/roles', { name: 'a', description: 'x'.repeat(256) }).expect(422);
    await root.post('/users/roles', 'name=a').type('form').expect(415);
    for (const query of ['limit=0', 'limit=501', 'page=0', 'page=x', 'sort=name']) {
      await root.get(`/users/roles?${query}`).expect(422);
    }
  });

  test('a role is given and taken, once each', async () => {
    const host = await boot(OPTIONS);
    const root = await administrator(host);
    const ada = await host.addUser();
    const { body: role } = await root.post('/users/roles', { name: 'analyst' }).expect(201);
    const assignment = { userId: ada.id, roleId: role.id };

    const assigned = await root.put('/users/roles/assign', assignment).expect(200);
    expect(assigned.body).toMatchObject({ id: ada.id, email: 'ada@example.com', roles: [role] });
    expect(assigned.headers['cache-control']).toBe('no-store');
    await root.put('/users/roles/assign', assignment).expect(409, /ROLE_ALREADY_ASSIGNED/);
    const revoked = await root.put('/users/roles/revoke', assignment).expect(200);
    expect(revoked.body.roles).toEqual([]);
    await root.put('/users/roles/revoke', assignment).expect(409, /ROLE_NOT_ASSIGNED/);

    for (const id of [NOBODY, '1', 'me', 7, '', 'x'.repeat(300)]) {
      await root.put('/users/roles/assign', { ...assignment, userId: id }).expect(404);
      await root.put('/users/roles/assign', { ...assignment, roleId: id }).expect(404);
      await root.put('/users/roles/revoke', { ...assignment, roleId: id }).expect(404);
    }
    for (const id of [null, [], {}, true, undefined]) {
      await root.put('/users/roles/assign', { ...assignment, userId: id }).expect(422);
      await root.put('/users/roles/revoke', { ...assignment, roleId: id }).expect(422);
    }
  });

  test('giving a role twenty times at once leaves one row', async () => {
    const host = await boot(OPTIONS);
    const root = await administrator(host);
    const ada = await host.addUser();
    const { body: role } = await root.post('/users/roles', { name: 'analyst' }).expect(201);
    for (const [path, refusal] of [
      ['assign', 'ROLE_ALREADY_ASSIGNED'],
      ['revoke', 'ROLE_NOT_ASSIGNED'],
    ]) {
      const requests = Array.from({ length: 20 }, () =>
        root.put(`/users/roles/${path}`, { userId: ada.id, roleId: role.id }),
      );
      const answers = await Promise.all(requests);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ body }) => body.detail === refusal)).toHaveLength(19);
      const user = await host.service.getUser(ada.id, { load: { relations: { roles: true } } as never });
      expect((user as Member).roles).toHaveLength(path === 'assign' ? 1 : 0);
    }
  });

  test('without guards superusers administer roles; nobody else does', async () => {
    const host = await boot(OPTIONS);
    const { api, user } = await host.login();
    for (const [client, status] of [
      [host.api, 401],
      [api, 403],
    ] as const) {
      await client.get('/users/roles').expect(status);
      await client.post('/users/roles', { name: 'x' }).expect(status);
      await client.patch('/users/roles/x', { name: 'x' }).expect(status);
      await client.delete('/users/roles/x').expect(status);
      await client.put('/users/roles/assign', { userId: user.id, roleId: NOBODY }).expect(status);
      await client.put('/users/roles/revoke', {}).expect(status);
    }
  });

  test('no spelling of the path gets another decision, and roles are nobody’s id', async () => {
    const host = await boot(OPTIONS);
    const { api } = await host.login();
    const root = await administrator(host);
    for (const path of [
      '/users/Roles',
      '/users/roles/',
      '/users/%72oles',
      '/users//roles',
      '/users/roles?x',
      '/users/./roles',
    ]) {
      expect([401, 404]).toContain((await host.api.get(path)).status);
      expect([403, 404]).toContain((await api.get(path)).status);
      expect([401, 404]).toContain((await host.api.head(path)).status);
      expect([403, 404]).toContain((await api.post(path, { name: 'sneaked' })).status);
    }
    expect((await root.get('/users/roles').expect(200)).body.items).toEqual([]);

    const closed = await boot({ ...OPTIONS, roleManagement: undefined });
    const other = await administrator(closed);
    for (const path of ['/users/roles', '/users/roles/assign', '/users/%72oles'])
      await other.get(path).expect(404);
  });

  test.each(['any', 'own'] as const)('who passes the guards grants %s roles', async (grant) => {
    const host = await boot({
      ...OPTIONS,
      roleManagement: { guards: [RolesAccepted('manager')], grant },
    });
    const roles = host.app.get(RolesService);
    const [manager, analyst] = [
      await roles.addRole({ name: 'manager' }),
      await roles.addRole({ name: 'analyst' }),
    ];
    const { user, api } = await host.login();
    await roles.assignRole(user.id, manager.id);
    const eve = await host.addUser({ email: 'eve@example.com' });
    const root = await host.addUser({ email: 'root@example.com', isSuperuser: true });
    const isAny = grant === 'any';

    await api.put('/users/roles/assign', { userId: eve.id, roleId: manager.id }).expect(200);
    await api.put('/users/roles/assign', { userId: eve.id, roleId: analyst.id }).expect(isAny ? 200 : 403);
    await api.put('/users/roles/assign', { userId: user.id, roleId: analyst.id }).expect(isAny ? 200 : 403);
    await api.put('/users/roles/revoke', { userId: eve.id, roleId: manager.id }).expect(200);
    const other = await host.addUser({ email: 'other@example.com' });
    for (const role of [manager, analyst]) await roles.assignRole(other.id, role.id);
    await api.put('/users/roles/revoke', { userId: other.id, roleId: manager.id }).expect(isAny ? 200 : 403);
    await api.put('/users/roles/assign', { userId: root.id, roleId: manager.id }).expect(403);
    await api.put('/users/roles/assign', { userId: NOBODY, roleId: manager.id }).expect(404);
    await api.get('/users/roles').expect(200);
    await api.post('/users/roles', { name: 'new' }).expect(isAny ? 201 : 403);
    await api.patch(`/users/roles/${analyst.id}`, { name: 'researcher' }).expect(isAny ? 200 : 403);
    await api.delete(`/users/roles/${analyst.id}`).expect(isAny ? 204 : 403);
  });

  test('deleting a role, or a user, takes what stood between them', async () => {
    const host = await boot(OPTIONS);
    const roles = host.app.get(RolesService);
    const root = await administrator(host);
    const ada = await host.addUser();
    const role = await roles.addRole({ name: 'analyst' });
    await roles.assignRole(ada.id, role.id);
    await root.delete(`/users/roles/${role.id}`).expect(204);
    const again = await roles.addRole({ name: 'analyst' });
    await roles.assignRole(ada.id, again.id);
    await root.delete(`/users/${ada.id}`).expect(204);
    await root.put('/users/roles/revoke', { userId: ada.id, roleId: again.id }).expect(404);
  });

  test('paths and DTO classes are the host’s', async () => {
    const host = await boot({
      ...OPTIONS,
      roleManagement: {
        readDto: NamedRoleReadDto,
        updateDto: ShoutedUpdateDto,
        path: 'roles',
        assignPath: 'grant',
        revokePath: 'withdraw',
        createDto: ShoutedCreateDto,
      },
    });
    const root = await administrator(host);
    const ada = await host.addUser();
    const { body: role } = await root.post('/roles', { name: 'analyst' }).expect(201);
    expect(role).toEqual({ id: expect.any(host.idType), role_name: 'analyst', description: null });
    const given = await root.put('/roles/grant', { userId: ada.id, roleId: role.id }).expect(200);
    expect(given.body.roles).toEqual([role]);
    await root.put('/roles/withdraw', { userId: ada.id, roleId: role.id }).expect(200);
    await root.get('/users/roles').expect(404);
    // The service judges what a looser DTO lets through.
    await root.post('/roles', { name: ' ' }).expect(422);
  });

  test('integer ids work, as numbers and as text', async () => {
    const host = await boot({ user: NumberedMember, role: NumberedRole, roleManagement: {} });
    const root = await administrator(host);
    const ada = await host.addUser();
    const { body: role } = await root.post('/users/roles', { name: 'analyst' }).expect(201);
    expect(role.id).toBe(1);
    await root.put('/users/roles/assign', { userId: ada.id, roleId: '1' }).expect(200);
    await root.put('/users/roles/revoke', { userId: String(ada.id), roleId: 1 }).expect(200);
    for (const id of ['0', '1.0', '01', '1e0', -1, 1.5, 99_999_999_999]) {
      await root.put('/users/roles/assign', { userId: id, roleId: 1 }).expect(404);
    }
  });
});
