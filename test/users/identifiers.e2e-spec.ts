import { IsOptional, IsString } from 'class-validator';
import { RegisterDto, UserUpdateDto, UuidUser } from 'nestjs-users';
import { Column, Entity } from 'typeorm';
import { onEachHost, PASSWORD } from '../support/host.js';

@Entity('named_user')
class NamedUser extends UuidUser {
  @Column({ type: 'varchar', length: 255, nullable: true, unique: true })
  username?: string | null;
}

class NamedRegisterDto extends RegisterDto {
  @IsOptional()
  @IsString()
  username?: string;
}

class NamedUpdateDto extends UserUpdateDto {
  @IsOptional()
  @IsString()
  username?: string | null;
}

const ADA = { email: 'ada@example.com', username: 'Ada', password: PASSWORD };
const OPTIONS = {
  user: NamedUser,
  identifier: ['email', 'username'],
  dtos: { register: NamedRegisterDto, update: NamedUpdateDto },
};

onEachHost((boot) => {
  test('users log in by their address or by their name, in JSON and in a form', async () => {
    const { api, queries } = await boot(OPTIONS);
    await api.post('/auth/register', ADA).expect(201);
    for (const identifier of ['ada@example.com', ' ADA@EXAMPLE.com', 'ada', 'ADA ']) {
      const login = () => api.post('/auth/jwt/login', { identifier, password: PASSWORD }).expect(200);
      expect(await queries.during(login)).toHaveLength(1);
      await api
        .post('/auth/jwt/login')
        .type('form')
        .send({ username: identifier, password: PASSWORD })
        .expect(200);
    }
    for (const identifier of ['bob', 'ada@example', 'ad', '', '@', 'ａda', 'ada＠example.com']) {
      await api
        .post('/auth/jwt/login', { identifier, password: PASSWORD })
        .expect(400, /LOGIN_BAD_CREDENTIALS/);
    }
    await api.post('/auth/jwt/login', { email: ADA.email, password: PASSWORD }).expect(422, /identifier/);
  });

  test('code finds a user by either, as a login would', async () => {
    const { addUser, service } = await boot(OPTIONS);
    const ada = await addUser(ADA);
    for (const identifier of [' ADA@example.com', 'ada', 'ADA ']) {
      expect(await service.findByIdentifier(identifier)).toMatchObject({ id: ada.id });
    }
    for (const identifier of ['bob', 'bob@example.com', '@ada', '']) {
      expect(await service.findByIdentifier(identifier)).toBeUndefined();
    }
  });

  test('no text is one user’s name and another’s address', async () => {
    const { api, addUser, service, users } = await boot(OPTIONS);
    await addUser({ email: 'ada@example.com' });
    for (const username of ['ada@example.com', '@ada', 'ada＠example.com']) {
      const eve = { email: 'eve@example.com', username, password: PASSWORD };
      await api.post('/auth/register', eve).expect(422, /username/);
      await expect(service.addUser(eve as never)).rejects.toMatchObject({ status: 422 });
    }
    const eve = await addUser({ email: 'eve@example.com', username: 'eve' } as never);
    const asEve = api.as(
      (await api.post('/auth/jwt/login', { identifier: 'eve', password: PASSWORD })).body.access_token,
    );
    await asEve.patch('/users/me', { username: 'ada@example.com' }).expect(422, /username/);
    await expect(service.updateUser(eve, { username: 'ada@example.com' } as never)).rejects.toMatchObject({
      status: 422,
    });
    expect(await users.count()).toBe(2);
  });

  test('each identifier is unique in its stored form, and the name may be left out', async () => {
    const { api, users } = await boot(OPTIONS);
    await api.post('/auth/register', ADA).expect(201);
    const taken = /REGISTER_USER_ALREADY_EXISTS/;
    await api.post('/auth/register', { ...ADA, username: 'other' }).expect(400, taken);
    await api.post('/auth/register', { ...ADA, email: 'b@example.com', username: ' aDA' }).expect(400, taken);
    for (const email of ['b@example.com', 'c@example.com']) {
      await api.post('/auth/register', { email, password: PASSWORD }).expect(201);
    }
    const { body } = await api.post('/auth/jwt/login', { identifier: 'ada', password: PASSWORD }).expect(200);
    await api.as(body.access_token).patch('/users/me', { username: null }).expect(200);
    await api.post('/auth/jwt/login', { identifier: 'ada', password: PASSWORD }).expect(400);
    await api.post('/auth/jwt/login', { identifier: ADA.email, password: PASSWORD }).expect(200);
    expect(await users.find()).toHaveLength(3);
  });

  test('the two race: of ten registrations with one name, one is a user', async () => {
    const { api, users } = await boot(OPTIONS);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        api.post('/auth/register', { ...ADA, email: `user${index}@example.com` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
      201,
      ...Array<number>(9).fill(400),
    ]);
    expect(await users.count()).toBe(1);
  });

  test('a host’s own rule is told which identifier it is; the name has no @ whatever it says', async () => {
    const { api } = await boot({
      ...OPTIONS,
      normalizeIdentifier: (text, property) => (property === 'email' ? text.toLowerCase() : `n-${text}`),
    });
    await api.post('/auth/register', ADA).expect(201);
    await api.post('/auth/jwt/login', { identifier: 'Ada', password: PASSWORD }).expect(200);
    await api.post('/auth/jwt/login', { identifier: 'ada', password: PASSWORD }).expect(400);
    await api.post('/auth/jwt/login', { identifier: 'ADA@example.com', password: PASSWORD }).expect(200);
    await api.post('/auth/register', { ...ADA, email: 'b@example.com', username: 'b@c' }).expect(422);
  });

  test('a client that is known by the address is known by the name', async () => {
    const { api } = await boot({
      ...OPTIONS,
      limits: { accountLogins: { attempts: 3, windowSeconds: 60 }, login: false, clientLogins: false },
      trustedProxies: 1,
    });
    await api.post('/auth/register', ADA).expect(201);
    const from = (client: string, identifier: string, password: string) =>
      api.post('/auth/jwt/login', { identifier, password }).set('X-Forwarded-For', client);
    await from('192.0.2.1', ADA.email, PASSWORD).expect(200);
    for (let count = 0; count < 3; count++) await from(`198.51.100.${count}`, 'ada', 'wrong').expect(400);
    await from('198.51.100.9', 'ada', PASSWORD).expect(429);
    await from('192.0.2.1', 'ada', PASSWORD).expect(200);
  });

  test('a name with @ from before there were two makes no client known to the owner of that address', async () => {
    const { api, addUser, users } = await boot({
      ...OPTIONS,
      limits: { accountLogins: { attempts: 3, windowSeconds: 60 }, login: false, clientLogins: false },
      trustedProxies: 1,
    });
    await addUser({ email: 'ada@example.com' });
    const eve = await addUser({ email: 'eve@example.com' });
    await users.update({ id: eve.id }, { username: 'ada@example.com' } as never);
    const from = (client: string, identifier: string, password: string) =>
      api.post('/auth/jwt/login', { identifier, password }).set('X-Forwarded-For', client);
    await from('192.0.2.66', 'eve@example.com', PASSWORD).expect(200);
    for (let count = 0; count < 3; count++)
      await from(`198.51.100.${count}`, 'ada@example.com', 'wrong').expect(400);
    await from('192.0.2.66', 'ada@example.com', 'wrong').expect(429);
  });

  test('whatever a host’s own rule says, an address has an @, and no identifier is empty, broken or of two lines', async () => {
    for (const identifier of ['email', ['email', 'username']]) {
      const { api, users } = await boot({
        ...OPTIONS,
        identifier,
        normalizeIdentifier: (text) => text.trim(),
      });
      for (const email of ['ada', '@', '', '@ada', 'a\r\nBcc: x@y.z@b.c', '\ud800@b.c', 'a\u2028@b.c']) {
        await api.post('/auth/register', { email, password: PASSWORD }).expect(422, /isEmail/);
        await api.post('/auth/forgot-password', { email }).expect(422, /isEmail/);
      }
      expect(await users.count()).toBe(0);
    }
  });

  test('preLoginHook gets what was typed, and all of the body', async () => {
    const attempts: unknown[] = [];
    const { api, service } = await boot({
      ...OPTIONS,
      hooks: { preLoginHook: (attempt) => void attempts.push({ ...attempt }) },
    });
    await api.post('/auth/jwt/login', { identifier: ' Ada', password: 'wrong' }).expect(400);
    for (const login of [{ username: 'ada' }, { email: 'ada@example.com' }, { identifier: 'ada' }]) {
      await expect(service.authenticate({ ...login, password: 'wrong' })).rejects.toMatchObject({
        code: 'LOGIN_BAD_CREDENTIALS',
      });
    }
    expect(attempts).toMatchObject([
      { identifier: ' Ada', password: 'wrong' },
      { identifier: 'ada', username: 'ada' },
      { identifier: 'ada@example.com' },
      { identifier: 'ada' },
    ]);
    await expect(service.authenticate({ name: 'ada', password: 'wrong' })).rejects.toThrow(
      /A login needs identifier or email or username/,
    );
  });

  test('a host’s own rule decides which addresses the default bodies take, too', async () => {
    const { api, login, outbox, settled } = await boot({
      normalizeIdentifier: (text) =>
        /^[^@]+@corp\.example$/.test(text.trim()) ? text.trim().toLowerCase() : undefined,
    });
    const odd = { email: 'Ödön@corp.example', password: PASSWORD };
    await api.post('/auth/register', odd).expect(201, /ödön@corp\.example/);
    await api.post('/auth/forgot-password', { email: odd.email }).expect(202);
    await api.post('/auth/request-verify-token', { email: odd.email }).expect(202);
    await settled();
    expect(outbox.mails.map(({ to }) => to)).toEqual(['ödön@corp.example', 'ödön@corp.example']);
    const root = await login({ email: 'root@corp.example', isSuperuser: true });
    await root.api.post('/users', { ...odd, email: 'Ädö@corp.example' }).expect(201);

    const elsewhere = { email: 'ada@example.com', password: PASSWORD };
    for (const path of ['/auth/register', '/auth/forgot-password', '/auth/request-verify-token']) {
      await api.post(path, elsewhere).expect(422, /isEmail/);
    }
    await root.api.post('/users', elsewhere).expect(422, /isEmail/);
    await root.api.patch('/users/me', { email: elsewhere.email }).expect(422, /isEmail/);
  });
});
