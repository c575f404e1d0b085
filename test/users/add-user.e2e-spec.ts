import { IsDateString, IsOptional } from 'class-validator';
import {
  AdminCreateDto,
  AdminUpdateDto,
  RegisterDto,
  UserAlreadyExistsError,
  UserNotUniqueError,
  UserUpdateDto,
} from 'nestjs-users';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { NumberedUser } from '../support/users.js';

const UUID = '0e984725-c51c-4bf4-9960-e1c80e27aba0';
/** Of 'correct horse battery', by an application that stood here before. */
const HASH = '$2b$04$/vphTZiavjjwHAfVg.kKauq0u3q5OvYMkhboud9f1w/qMZXOTW2LK';
const LONG_AGO = new Date('2019-05-04T03:02:01.000Z');

const outcome = ({ service }: Host, fields: object) =>
  service.addUser({ email: 'ada@example.com', ...fields }).catch((error: unknown) => error);

const message = async (host: Host, fields: object) => {
  const error = await outcome(host, fields);
  expect(error).toBeInstanceOf(TypeError);
  return (error as TypeError).message;
};

onEachHost((boot) => {
  test('a user from elsewhere keeps id, hash and day', async () => {
    const host = await boot({ passwordReset: undefined as never });
    const { api, service, users } = host;
    const fields = { id: UUID.toUpperCase(), passwordHash: HASH, createdAt: LONG_AGO, isVerified: true };
    const added = await service.addUser({ email: 'Ada@Example.com', ...fields });
    expect(added).toMatchObject({ id: UUID, email: 'ada@example.com', createdAt: LONG_AGO });
    expect(added).toMatchObject({ isVerified: true, isActive: true });
    expect(added.passwordHash).toBeUndefined();
    const ada = await api.loggedIn('ada@example.com', PASSWORD, 'jwt');
    expect((await ada.get('/users/me').expect(200)).body.id).toBe(UUID);

    expect(await outcome(host, { id: UUID, email: 'bob@example.com' })).toBeInstanceOf(
      UserAlreadyExistsError,
    );
    const bob = await service.addUser({ email: 'bob@example.com', passwordHash: null, isActive: false });
    expect(bob.isActive).toBe(false);
    expect(await users.count()).toBe(2);
  });

  test('an integer id is kept, and the database goes on with its own', async () => {
    const host = await boot({ user: NumberedUser });
    const { service, addUser } = host;
    const { id } = await service.addUser({ email: 'old@example.com', id: 4711 });
    expect(id).toBe(4711);
    expect(await outcome(host, { id: '4711' })).toBeInstanceOf(UserAlreadyExistsError);
    expect((await addUser()).id).not.toBe(4711);
    for (const wrong of [0, -1, 1.5, 2 ** 60, '12e3', UUID, NaN, {}, null]) {
      expect(await message(host, { id: wrong })).toMatch(
        /addUser\(\) cannot use this id; the ids of NumberedUser are integers from 1 to \d+\.$/,
      );
    }
  });

  test('what addUser() can’t honour, it refuses with a sentence, and stores nobody', async () => {
    const host = await boot();
    const both = { password: PASSWORD, passwordHash: HASH };
    expect(await message(host, both)).toMatch(/takes a password or a passwordHash, not both/);
    for (const passwordHash of ['', 'md5:81dc9bdb', '$2b$04$short', HASH.slice(1), 5]) {
      expect(await message(host, { passwordHash })).toMatch(
        /passwordHash must be a hash of one of passwords\.schemes, which are argon2id and bcrypt\.$/,
      );
    }
    expect(await message(host, { id: 'ada' })).toMatch(/ids of User are UUIDs\.$/);
    expect(await message(host, { tokenVersion: 1 })).toMatch(/takes no tokenVersion/);
    expect(await message(host, { updatedAt: new Date() })).toMatch(/takes no updatedAt/);
    for (const createdAt of ['2019-05-04', new Date(NaN), null]) {
      expect(await message(host, { createdAt })).toMatch(/createdAt must be a valid Date/);
    }
    expect(await host.users.count()).toBe(0);
    const strict = await boot({ passwords: { schemes: ['argon2id'] } });
    expect(await message(strict, { passwordHash: HASH })).toMatch(/schemes, which are argon2id\.$/);
    await strict.addUser();
    const taken = await strict.service.addUser({ email: 'bob@example.com' });
    await expect(
      strict.repository.update({ id: taken.id }, { email: 'ada@example.com' }),
    ).rejects.toBeInstanceOf(UserNotUniqueError);
  });

  test('no body reaches what addUser() may set, whatever the DTO declares', async () => {
    const declare = <Dto extends new () => object>(dto: Dto) => {
      for (const name of ['id', 'passwordHash', 'tokenVersion', 'updatedAt'])
        IsOptional()(dto.prototype, name);
      IsOptional()(dto.prototype, 'createdAt');
      IsDateString()(dto.prototype, 'createdAt');
      return dto;
    };
    const host = await boot({
      dtos: {
        register: declare(class extends RegisterDto {}),
        update: declare(class extends UserUpdateDto {}),
        adminCreate: declare(class extends AdminCreateDto {}),
        adminUpdate: declare(class extends AdminUpdateDto {}),
      },
    });
    const { api, users } = host;
    const sent = {
      ...{ id: UUID, passwordHash: HASH, tokenVersion: 5 },
      ...{ createdAt: LONG_AGO.toISOString(), updatedAt: LONG_AGO.toISOString() },
    };
    await host.addUser({ email: 'root@example.com', isSuperuser: true });
    const root = await api.loggedIn('root@example.com', PASSWORD, 'jwt');
    const password = 'another password';
    await api.post('/auth/register', { ...sent, email: 'ada@example.com', password }).expect(201);
    const made = await root.post('/users', { ...sent, email: 'bob@example.com', password }).expect(201);
    await root.post('/users', { ...sent, email: 'eve@example.com' }).expect(201);
    const ada = await api.loggedIn('ada@example.com', password, 'jwt');
    await ada.patch('/users/me', sent).expect(200);
    await root.patch(`/users/${made.body.id}`, sent).expect(200);
    for (const email of ['ada@example.com', 'bob@example.com', 'eve@example.com']) {
      await api.post('/auth/jwt/login', { email, password: PASSWORD }).expect(400);
      const { id, createdAt, updatedAt, tokenVersion } = await users.findOneByOrFail({ email });
      expect([id === UUID, tokenVersion === 5]).toEqual([false, false]);
      for (const time of [createdAt, updatedAt]) expect(time.getFullYear()).toBeGreaterThan(2019);
    }
  });
});
