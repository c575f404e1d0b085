import { Column, Entity } from 'typeorm';
import { IsString } from 'class-validator';
import {
  AdminCreateDto,
  EmailAlreadyExistsError,
  RegisterDto,
  UserNotFoundError,
  UuidUser,
} from 'nestjs-users';
import { onEachHost, PASSWORD } from '../support/host.js';
import { NumberedUser } from '../support/users.js';

@Entity('renamed_user')
class RenamedUser extends UuidUser {
  @Column({ name: 'e_mail', type: 'varchar', length: 320, unique: true })
  override email!: string;

  @Column({ name: 'hashed_password', type: 'varchar', length: 255, nullable: true, select: false })
  override passwordHash?: string | null;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  override isActive!: boolean;

  @Column({ name: 'token_version', type: 'integer' })
  override tokenVersion!: number;

  @Column({ type: 'varchar', length: 50, unique: true })
  username!: string;
}

class UsernameRegisterDto extends RegisterDto {
  @IsString()
  username!: string;
}

class UsernameCreateDto extends AdminCreateDto {
  @IsString()
  username!: string;
}

onEachHost((boot) => {
  test('integer ids do what UUIDs do', async () => {
    const { api, login, service } = await boot({ user: NumberedUser });
    await api.post('/auth/register', { email: 'first@example.com', password: PASSWORD }).expect(201);
    const ada = await login();

    const { body } = await ada.api.get('/users/me').expect(200);
    expect(body.id).toBe(2);
    await service.deleteUser(2);
    await ada.api.get('/users/me').expect(401);
    // SQLite gives the id to the next user; the token version does not come again.
    await service.addUser({ email: 'third@example.com' }, { verify: true });
    await ada.api.get('/users/me').expect(401);
  });

  test('columns may have other names, and users log in by another identifier', async () => {
    const { api, addUser, service, users } = await boot({
      user: RenamedUser,
      identifier: 'username',
      dtos: { register: UsernameRegisterDto, adminCreate: UsernameCreateDto },
    });
    const ada = { username: 'Ada', email: 'ada@example.com', password: PASSWORD };
    await api.post('/auth/register', ada).expect(201);
    await api
      .post('/auth/register', { ...ada, email: 'other@example.com', username: ' ADA' })
      .expect(400, /REGISTER_USER_ALREADY_EXISTS/);
    await api
      .post('/auth/register', { ...ada, username: 'other' })
      .expect(400, /REGISTER_USER_ALREADY_EXISTS/);

    const { body } = await api.post('/auth/jwt/login', { username: 'ADA', password: PASSWORD }).expect(200);
    await api.post('/auth/jwt/login').type('form').send({ username: 'ada', password: PASSWORD }).expect(200);
    await api.post('/auth/jwt/login', { username: 'ada@example.com', password: PASSWORD }).expect(400);
    await api.as(body.access_token).get('/users/me').expect(200);
    await api.as(body.access_token).post('/auth/jwt/logout').expect(204);
    await api.as(body.access_token).get('/users/me').expect(401);

    const columns = users.metadata.columns.map(({ databaseName }) => databaseName);
    expect(columns).toEqual(
      expect.arrayContaining(['e_mail', 'hashed_password', 'is_active', 'token_version']),
    );
    expect(columns).not.toContain('email');

    const user = await addUser({ email: 'bob@example.com', username: 'bob' } as never);
    await expect(service.updateUser(user, { username: 'ada' } as never)).rejects.toBeInstanceOf(
      EmailAlreadyExistsError,
    );
  });

  test('where deletion is for good, restoring says what the entity lacks', async () => {
    const { service, addUser } = await boot();
    const { id } = await addUser();
    await expect(service.restoreUser(id)).rejects.toThrow(/User has no @DeleteDateColumn\(\)/);
    await service.deleteUser(id);
    await expect(service.restoreUser(id)).rejects.toBeInstanceOf(UserNotFoundError);
  });

  test('users are found, listed and counted', async () => {
    const { service, addUser } = await boot();
    await addUser({ email: 'a_b@example.com', isSuperuser: true });
    await addUser({ email: 'axb@example.com', isVerified: false });
    await addUser({ email: 'inactive@example.com', isActive: false });

    const list = async (query: Parameters<typeof service.listAndCountUsers>[0]) => {
      const [users, count] = await service.listAndCountUsers(query);
      return [users.map(({ email }) => email).sort(), count];
    };
    expect(await list({ search: 'a_' })).toEqual([['a_b@example.com'], 1]);
    expect(await list({ search: '%' })).toEqual([[], 0]);
    expect(await list({ isSuperuser: true })).toEqual([['a_b@example.com'], 1]);
    expect(await list({ isVerified: false })).toEqual([['axb@example.com'], 1]);
    expect(await list({ isActive: false })).toEqual([['inactive@example.com'], 1]);
    expect((await list({ limit: 1, offset: 1 }))[1]).toBe(3);

    expect(await service.getUserBy({ email: 'axb@example.com' })).toMatchObject({ isVerified: false });
    expect(await service.getUserBy({ email: 'nobody@example.com' })).toBeUndefined();
    for (const where of [
      { email: 'AXB@example.com' },
      { email: 'áxb@example.com' },
      { email: 'axb@example.com ' },
      { email: 0 },
      { email: false },
    ]) {
      expect(await service.getUserBy(where as never).catch(() => undefined)).toBeUndefined();
    }
    for (const where of [
      [],
      [{}],
      true,
      Object.create(null),
      { roles: [] },
      { email: ['axb@example.com'] },
    ]) {
      await expect(service.getUserBy(where as never)).rejects.toThrow(TypeError);
    }
    for (const nothing of [undefined, 5, [], {}]) {
      expect(await service.findByIdentifier(nothing as never)).toBeUndefined();
      expect(await service.findByEmail(nothing as never)).toBeUndefined();
    }
    for (const text of ['', 'axb', 'axb@', 'a b@example.com', `${'x'.repeat(2000)}@example.com`]) {
      expect(await service.findByEmail(text)).toBeUndefined();
      expect(await service.findByIdentifier(text)).toBeUndefined();
    }
    expect(await service.findByIdentifier(' AXB@example.com')).toMatchObject({ email: 'axb@example.com' });
    expect(await service.findByEmail(' AXB@example.com')).toMatchObject({ email: 'axb@example.com' });
  });

  test('a filter, an order, a purpose or a user that does not exist is a mistake of the program', async () => {
    const { service, addUser } = await boot();
    const ada = await addUser();
    for (const query of [{ isSuperUser: true }, { page: 2 }, { sort: 'name' }, { cursor: 'x' }]) {
      await expect(service.listAndCountUsers(query as never)).rejects.toThrow(
        /^The (key|order) .* does not exist; /,
      );
    }
    for (const query of [{ isSuperUser: true }, { offset: 2 }, { sort: '-name' }]) {
      await expect(service.listUsers(query as never)).rejects.toThrow(/^The (key|order) .* does not exist; /);
    }
    for (const purpose of ['reset', 'toString', undefined]) {
      await expect(service.generateToken(ada, purpose as never)).rejects.toThrow(
        /The purpose of a token must be verification or reset-password/,
      );
    }
    for (const user of [ada.id, undefined, { id: ada.id }]) {
      await expect(service.generateToken(user as never, 'verification')).rejects.toThrow(
        /needs a loaded user/,
      );
    }
  });

  test('criteria that are empty or undefined never mean the first row or all rows', async () => {
    const { service, repository, addUser, users } = await boot();
    await addUser();
    for (const where of [{}, { id: undefined }, { email: undefined }, { email: null }, { id: {} }]) {
      await expect(service.getUserBy(where as never)).rejects.toBeInstanceOf(TypeError);
      await expect(repository.update(where as never, { isSuperuser: true })).rejects.toBeInstanceOf(
        TypeError,
      );
    }
    expect(await users.find()).toMatchObject([{ isSuperuser: false }]);
  });

  test.each([
    [''],
    ['x'],
    ['1 OR 1=1'],
    ['00000000-0000-0000-0000-00000000000'],
    [null],
    [{}],
    [[]],
    [-1],
    [1.5],
    [NaN],
  ])('an id that can be nobody’s is not found: %j', async (id) => {
    const { service, addUser } = await boot();
    await addUser();
    await expect(service.getUser(id as never)).rejects.toBeInstanceOf(UserNotFoundError);
    await expect(service.deleteUser(id as never)).rejects.toBeInstanceOf(UserNotFoundError);
  });

  test('what the service returns holds no hash', async () => {
    const { service, addUser } = await boot();
    const user = await addUser();
    const login = { email: user.email, password: PASSWORD };
    const returned = [
      user,
      await service.authenticate(login),
      await service.getUser(user.id),
      await service.updateUser(user, { password: 'another password' }),
    ];
    for (const each of returned) expect(each.passwordHash).toBeUndefined();
    expect(await service.verifyPassword(user, 'another password')).toBe(true);
    expect(await service.verifyPassword(user, PASSWORD)).toBe(false);
  });

  test('a relation or an unknown name among the fields is never written', async () => {
    const { service, addUser, users } = await boot();
    const user = await addUser();
    await service.updateUser(user, {
      passwordHash: 'x',
      tokenVersion: 1,
      orders: [{ id: 1 }],
      nonsense: 1,
    } as never);
    const [stored] = await users.find({ select: { passwordHash: true, tokenVersion: true, id: true } });
    expect(stored).toMatchObject({ tokenVersion: user.tokenVersion });
    expect(stored?.passwordHash).toMatch(/^\$argon2id/);
  });

  test('a hash upgrade never overwrites a password that was changed meanwhile', async () => {
    const { api, addUser, repository } = await boot();
    const user = await addUser();
    const isStillOld = await repository.update(
      { id: user.id, passwordHash: 'a hash that was replaced' },
      { passwordHash: 'x' },
    );
    expect(isStillOld).toBe(false);
    await api.login(user.email, PASSWORD);
  });

  test('a database that is gone is 503 with Retry-After, and nothing else of it is told', async () => {
    const { app, api, login } = await boot();
    const ada = await login();
    const { DataSource } = await import('typeorm');
    await app.get(DataSource).destroy();

    for (const answer of [
      await ada.api.get('/users/me'),
      await ada.api.post('/auth/jwt/logout'),
      await api.post('/auth/jwt/login', { email: 'ada@example.com', password: PASSWORD }),
      await api.post('/auth/register', { email: 'bob@example.com', password: PASSWORD }),
      await api.post('/auth/forgot-password', { email: 'ada@example.com' }),
      await api.post('/auth/request-verify-token', { email: 'ada@example.com' }),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body).toMatchObject({
        message: 'The database is not available.',
        detail: 'Service Unavailable',
      });
    }
    await app.get(DataSource).initialize();
  });
});
