import { IsOptional, IsString } from 'class-validator';
import { AdminCreateDto, RegisterDto, UserUpdateDto, UuidUser } from 'nestjs-users';
import { randomUUID } from 'node:crypto';
import { Column, DataSource, DeleteDateColumn, Entity, Index } from 'typeorm';
import { startModule, refusal } from '../support/boot.js';
import { createDatabase, serverOf } from '../support/databases.js';
import { type Host, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };
const REGISTERED = /"detail":"REGISTER_USER_ALREADY_EXISTS"/;
const UPDATED = /"detail":"UPDATE_USER_EMAIL_ALREADY_EXISTS"/;
const FIELD = /"detail":"USER_FIELD_TAKEN"/;

@Entity('app_titled_user')
class TitledUser extends UuidUser {
  @Column({ type: 'varchar', length: 50, unique: true })
  username!: string;

  @Column({ type: 'varchar', length: 50, unique: true, nullable: true })
  title?: string | null;

  @DeleteDateColumn()
  deletedAt?: Date | null;
}

class TitledRegisterDto extends RegisterDto {
  @IsString()
  username!: string;

  @IsOptional()
  @IsString()
  title?: string;
}

class TitledAdminCreateDto extends AdminCreateDto {
  @IsString()
  username!: string;
}

class TitledUpdateDto extends UserUpdateDto {
  @IsOptional()
  @IsString()
  username?: string;

  @IsOptional()
  @IsString()
  title?: string;
}

/** Whose address is free again once they are deleted, where the database knows such indexes. */
@Entity('app_reusable_user')
@Index(['email'], { unique: true, where: '"deletedAt" IS NULL' })
class ReusableUser extends UuidUser {
  @DeleteDateColumn()
  deletedAt?: Date | null;
}

onEachHost((boot, _adapter, database) => {
  const titled = () =>
    boot({
      user: TitledUser,
      identifier: 'username',
      dtos: { register: TitledRegisterDto, update: TitledUpdateDto, adminCreate: TitledAdminCreateDto },
    });

  test('the address and the identifier are the account’s, and other unique columns the host’s', async () => {
    const { api, service, users } = await titled();
    const josé = { ...ADA, username: 'José', title: 'countess' };
    const { body } = await api.post('/auth/register', josé).expect(201);
    const fresh = () => ({
      email: `${randomUUID()}@example.com`,
      username: randomUUID(),
      password: PASSWORD,
    });
    const bob = fresh();
    await api.post('/auth/register', bob).expect(201);
    const login = await api
      .post('/auth/jwt/login', { username: bob.username, password: PASSWORD })
      .expect(200);
    const client = api.as(login.body.access_token);

    const meet = async () => {
      await api.post('/auth/register', { ...fresh(), title: 'countess' }).expect(409, FIELD);
      await api.post('/auth/register', { ...fresh(), email: ADA.email }).expect(400, REGISTERED);
      await api.post('/auth/register', { ...fresh(), username: ' JOSé' }).expect(400, REGISTERED);
      await api.post('/auth/register', { ...josé, password: 'another password' }).expect(400, REGISTERED);
      await client.patch('/users/me', { title: 'countess' }).expect(409, FIELD);
      await client.patch('/users/me', { username: bob.username, title: 'countess' }).expect(409, FIELD);
      await client.patch('/users/me', { email: ADA.email }).expect(400, UPDATED);
      await client.patch('/users/me', { username: 'josé' }).expect(400, UPDATED);
      // MariaDB takes these for equal.
      const [status, detail] = database === 'mariadb' ? [400, REGISTERED] : [201, /"email"/];
      const other = await api.post('/auth/register', { ...fresh(), username: 'jose' }).expect(status, detail);
      if (status === 201) await users.delete({ id: (other.body as { id: string }).id });
      if (status === 400) await client.patch('/users/me', { username: 'jose' }).expect(400, UPDATED);
    };
    await meet();
    await service.deleteUser(body.id);
    await meet();
  });

  test('an index that leaves out deleted users gives their address to another, and restoring says so', async () => {
    const { api, service, outbox, settled, login } = await boot({
      user: ReusableUser,
      requireVerification: false,
      currentUser: { emailChange: 'confirmed' },
    });
    const { body: first } = await api.post('/auth/register', ADA).expect(201);
    await service.deleteUser(first.id);
    if (database === 'mariadb') {
      // It has no such indexes: TypeORM makes one of all rows.
      await api.post('/auth/register', ADA).expect(400, REGISTERED);
      await service.restoreUser(first.id);
      return;
    }
    const bob = await login({ email: 'bob@example.com' });
    await bob.api.patch('/users/me', { email: ADA.email }).expect(200);
    await settled();
    expect(outbox.last().to).toBe(ADA.email);

    const { body: second } = await api.post('/auth/register', ADA).expect(201);
    await api.post('/auth/register', ADA).expect(400, REGISTERED);
    await expect(service.restoreUser(first.id)).rejects.toMatchObject({
      code: 'UPDATE_USER_EMAIL_ALREADY_EXISTS',
    });
    await service.getUser(first.id, { withDeleted: true });
    await api.login(ADA.email, PASSWORD);
    await service.deleteUser(second.id);
    expect(await service.restoreUser(first.id)).toMatchObject({ id: first.id });
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const { body } = await root.api.get('/users?sort=email&limit=1').expect(200);
    expect(body.items).toMatchObject([{ id: first.id }]);
    await root.api.get(`/users?sort=email&limit=1&cursor=${body.next}`).expect(200, /bob@/);
  });
});

onEachAdapter('postgres', (boot) => {
  test('an address that a policy hides is taken all the same', async () => {
    const role = `role_${randomUUID().replaceAll('-', '')}`;
    const place = await createDatabase('postgres');
    const { schema } = place.options as { schema: string };
    const server = await new DataSource(serverOf('postgres')).initialize();
    try {
      await server.query(`CREATE ROLE ${role}`);
      await server.query(`GRANT ALL ON SCHEMA ${schema} TO ${role}`);
      const options = { ...place.options, extra: { options: `-c role=${role}` } } as typeof place.options;
      const { api, login }: Host = await boot({ place: { ...place, options, drop: async () => undefined } });
      const table = `${schema}.app_user`;
      await server.query(`INSERT INTO ${table} ("email", "fullName", "tokenVersion", "createdAt", "updatedAt")
        VALUES ('hidden@example.com', 'of another tenant', 1, 0, 0)`);
      await server.query(
        `CREATE POLICY own ON ${table} USING ("fullName" IS DISTINCT FROM 'of another tenant')`,
      );
      await server.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await server.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);

      await api.post('/auth/register', { ...ADA, email: 'hidden@example.com' }).expect(400, REGISTERED);
      const root = await login({ isSuperuser: true });
      await root.api.patch(`/users/${root.user.id}`, { email: 'hidden@example.com' }).expect(400, UPDATED);
      await root.api.get('/users/me').expect(200, /ada@example/);
    } finally {
      await server.query(`DROP SCHEMA ${schema} CASCADE`);
      await server.query(`DROP ROLE ${role}`);
      await server.destroy();
    }
  });
});

describe('the boot', () => {
  const reusable = (where: string, isMarked = true) => {
    @Entity(`indexed_${randomUUID()}`)
    @Index(['email'], { unique: true, where })
    class Indexed extends UuidUser {
      deletedAt?: Date | null;
    }
    if (isMarked) DeleteDateColumn()(Indexed.prototype, 'deletedAt');
    return { entities: { user: Indexed } };
  };

  test('takes an index that leaves out deleted users, and them alone, for one of all', async () => {
    for (const where of ['"deletedAt" IS NULL', 'deletedAt is null', '( `deletedAt`  IS  NULL )'])
      await startModule(reusable(where));
    const sentence =
      /Indexed\.email needs a unique index, such as .+; without one, two registrations at the same time would create two users/;
    for (const where of ['"deletedAt" IS NOT NULL', '"isActive"', '"deletedAt" IS NULL AND "isActive"'])
      expect(await refusal(reusable(where))).toMatch(sentence);
  });
});
