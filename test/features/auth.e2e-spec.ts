import { Expose } from 'class-transformer';
import { hash as bcryptHash } from 'bcrypt';
import { bearer, cookie, jwt } from 'nestjs-users';
import { onEachHost, PASSWORD } from '../support/host.js';

const CHEAP = { argon2id: { memoryKibibytes: 64, passes: 1 } };
const ADA = { email: 'ada@example.com', password: PASSWORD };

class IdReadDto {
  @Expose()
  id!: string;
}

onEachHost((boot) => {
  test('logs in with JSON and answers as OAuth2’s token endpoint does', async () => {
    const { api, addUser } = await boot();
    await addUser();

    const { body, headers } = await api
      .post('/auth/jwt/login', { ...ADA, email: ' ADA@example.com' })
      .expect(200);

    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: expect.closeTo(3600, -1),
    });
    expect(headers['cache-control']).toBe('no-store');
    await api.as(body.access_token).get('/users/me').expect(200);
  });

  test('logs in with a form, as the password grant has it', async () => {
    const { api, addUser } = await boot();
    await addUser();
    const form = { grant_type: 'password', username: ADA.email, password: PASSWORD };

    await api
      .post('/auth/jwt/login')
      .type('form')
      .send(form)
      .expect(200, /access_token/);

    const missing = await api.post('/auth/jwt/login').type('form').send({ password: PASSWORD }).expect(422);
    expect(missing.body.detail).toMatchObject([{ loc: ['body', 'username'], type: 'missing' }]);
    await api.post('/auth/jwt/login').type('form').send('username=a&username=b&password=c').expect(422);
  });

  test('a login is one statement', async () => {
    const { api, addUser, queries } = await boot();
    await addUser();
    expect(await queries.during(() => api.post('/auth/jwt/login', ADA).expect(200))).toHaveLength(1);
  });

  test('unknown, wrong, unusable, inactive, malformed and over-long get one answer', async () => {
    const { api, addUser, users } = await boot();
    await addUser();
    await addUser({ email: 'inactive@example.com', isActive: false });
    await addUser({ email: 'passwordless@example.com', password: undefined });
    const garbled = await addUser({ email: 'garbled@example.com' });
    await users.update({ id: garbled.id }, { passwordHash: '$argon2id$garbage' });
    const wrong = await api.post('/auth/jwt/login', { ...ADA, password: 'wrong password' }).expect(400);

    expect(wrong.body).toMatchObject({
      statusCode: 400,
      error: 'Bad Request',
      detail: 'LOGIN_BAD_CREDENTIALS',
    });
    for (const credentials of [
      { ...ADA, email: 'nobody@example.com' },
      { ...ADA, email: 'inactive@example.com' },
      { ...ADA, email: 'passwordless@example.com' },
      { ...ADA, email: 'garbled@example.com' },
      { ...ADA, email: 'no address' },
      { ...ADA, email: '' },
      { ...ADA, email: 'ádá@example.com' },
      { ...ADA, password: '' },
      { ...ADA, password: 'x'.repeat(8000) },
      { ...ADA, password: `${PASSWORD}\ud800` },
    ]) {
      const answer = await api.post('/auth/jwt/login', credentials).expect(400);
      expect(answer.body).toEqual(wrong.body);
      expect(Object.keys(answer.headers).sort()).toEqual(Object.keys(wrong.headers).sort());
    }
  });

  test.each([
    [{}],
    [{ email: ADA.email }],
    [{ ...ADA, password: null }],
    [{ ...ADA, password: 12345678 }],
    [{ ...ADA, email: { $ne: '' } }],
    [{ ...ADA, email: ['ada@example.com'] }],
    [{ ...ADA, email: { '@instanceof': 'FindOperator', _type: 'like', _value: '%' } }],
  ])('fields that are missing or no strings are 422: %j', async (credentials) => {
    const { api, addUser } = await boot();
    await addUser();
    await api.post('/auth/jwt/login', credentials).expect(422);
  });

  test('says that a user is not verified only to who knows the password', async () => {
    const { api, addUser } = await boot({ requireVerification: true });
    await addUser({ isVerified: false });
    await api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_USER_NOT_VERIFIED/);
    await api
      .post('/auth/jwt/login', { ...ADA, password: 'wrong password' })
      .expect(400, /LOGIN_BAD_CREDENTIALS/);
  });

  test('returns the user where the options say so', async () => {
    const { api, addUser } = await boot({ auth: { returnUser: true } });
    const user = await addUser();
    const { body } = await api.post('/auth/jwt/login', ADA).expect(200);
    expect(body.user).toMatchObject({ id: user.id, email: ADA.email });
  });

  test('a read DTO for login alone implies returning the user', async () => {
    const { api, addUser } = await boot({ auth: { readDto: IdReadDto } });
    const user = await addUser();
    const { body } = await api.post('/auth/jwt/login', ADA).expect(200);
    expect(body.user).toEqual({ id: user.id });
  });

  test('logout ends every token of the user', async () => {
    const { api, login } = await boot();
    const { token } = await login();
    const other = await api.login(ADA.email, PASSWORD);

    await api.as(token).post('/auth/jwt/logout').expect(204, '');

    for (const dead of [token, other]) {
      const { headers } = await api.as(dead).get('/users/me').expect(401);
      expect(headers['www-authenticate']).toBe('Bearer');
      await api.as(dead).post('/auth/jwt/logout').expect(401);
    }
    await api
      .as(await api.login(ADA.email, PASSWORD))
      .get('/users/me')
      .expect(200);
  });

  test('logout needs a login, and a verified user where verification is required', async () => {
    const { api, login, users } = await boot({ requireVerification: true });
    await api.post('/auth/jwt/logout').expect(401, /"detail":"Unauthorized"/);
    const ada = await login();
    await users.update({ id: ada.user.id }, { isVerified: false });
    await ada.api.post('/auth/jwt/logout').expect(403, /"detail":"USER_NOT_VERIFIED"/);
  });

  test('every hash of an older scheme works, and becomes one of the first scheme at login', async () => {
    const { api, addUser, users } = await boot();
    const user = await addUser();
    const old = (await bcryptHash(PASSWORD, 4)).replace('$2b', '$2y');
    await users.update({ id: user.id }, { passwordHash: old });

    await api.login(ADA.email, PASSWORD);

    const upgraded = await users.findOne({ where: {}, select: { passwordHash: true, tokenVersion: true } });
    expect(upgraded?.passwordHash).toMatch(/^\$argon2id\$/);
    expect(upgraded?.tokenVersion).toBe(user.tokenVersion);
    await api.login(ADA.email, PASSWORD);
  });

  test('bcrypt never takes a part of a password for the whole', async () => {
    const { api, addUser } = await boot({
      passwords: { schemes: ['bcrypt'], bcrypt: { rounds: 4 } },
    });
    const password = 'é'.repeat(36);
    await addUser({ password });
    await api.login(ADA.email, password);
    await api
      .post('/auth/jwt/login', { ...ADA, password: `${password}x` })
      .expect(400, /LOGIN_BAD_CREDENTIALS/);
    await api
      .post('/auth/register', { email: 'bob@example.com', password: `${password}x` })
      .expect(400, /Password should be at most 72 bytes/);
  });

  describe('a bcrypt hash of another system, of the first 72 bytes of a longer password', () => {
    const password = `${'é'.repeat(36)} and more`;
    const withHash = async (bcrypt: object) => {
      const host = await boot({ passwords: { ...CHEAP, bcrypt: { rounds: 4, ...bcrypt } } });
      const user = await host.addUser();
      await host.users.update({ id: user.id }, { passwordHash: await bcryptHash(password, 4) });
      const hash = async () => (await host.repository.findPasswordHash(user.id)) ?? '';
      const login = (given: string) => host.api.post('/auth/jwt/login', { ...ADA, password: given });
      return { ...host, user, hash, login };
    };

    test('is refused', async () => {
      const { login, hash } = await withHash({});
      await login(password).expect(400, /LOGIN_BAD_CREDENTIALS/);
      expect(await hash()).toMatch(/^\$2b\$/);
    });

    test('counts once where the host accepts it, and from then on the whole password', async () => {
      const { login, hash, service, user } = await withHash({ acceptTruncated: true });
      await login(`x${password.slice(1)}`).expect(400);
      expect(await hash()).toMatch(/^\$2b\$/);
      await login(password).expect(200);
      expect(await hash()).toMatch(/^\$argon2id\$/);
      await login(`${password}x`).expect(400);
      await login(password.slice(0, 36)).expect(400);
      await login(password).expect(200);
      expect(await service.verifyPassword(user, password)).toBe(true);
    });

    test('lets in one of several tails at once', async () => {
      const { login } = await withHash({ acceptTruncated: true });
      const answers = await Promise.all(['', 'a', 'b', 'c'].map((tail) => login(password + tail)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    test('is replaced where the password is asked for before a change, too', async () => {
      const { service, user, hash } = await withHash({ acceptTruncated: true });
      expect(await service.verifyPassword(user, password)).toBe(true);
      expect(await hash()).toMatch(/^\$argon2id\$/);
      expect(await service.verifyPassword(user, `${password}x`)).toBe(false);
    });
  });

  test('more hashes than the queue holds are answered 503 with Retry-After', async () => {
    const { api, addUser } = await boot({
      passwords: { concurrency: 1, queue: 1, argon2id: { memoryKibibytes: 65_536, passes: 3 } },
    });
    await addUser();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.post('/auth/jwt/login', ADA).then((a) => a)),
    );

    const shed = answers.filter(({ status }) => status === 503);
    expect(shed.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(shed[0]?.headers['retry-after']).toBe('1');
    expect(shed[0]?.body).toMatchObject({ statusCode: 503, detail: 'Service Unavailable' });
  });

  test('paths and the backend’s name are the host’s', async () => {
    const { api, addUser } = await boot({
      backends: [
        { name: 'api', transport: bearer(), strategy: jwt({ lifetimeSeconds: 60 }) },
        { name: 'app', transport: bearer(), strategy: jwt() },
      ],
      auth: { path: 'session', loginPath: 'start', logoutPath: 'end' },
    });
    await addUser();

    const { body } = await api.post('/session/api/start', ADA).expect(200);

    expect(body.expires_in).toBe(60);
    await api.as(body.access_token).get('/users/me').expect(200);
    // A backend's logout takes its own credential alone.
    await api.as(body.access_token).post('/session/app/end').expect(401);
    await api.as(body.access_token).post('/session/api/end').expect(204);
  });

  test.each([
    ['auth', 'jwt', undefined, '/auth/jwt/'],
    ['auth', 'jwt', '', '/auth/'],
    ['', 'jwt', '', '/'],
    ['', 'jwt', 'by/token', '/by/token/'],
  ])('auth.path %j, backend %s with path %j: %s', async (path, name, own, prefix) => {
    const { api, addUser } = await boot({
      auth: { path },
      backends: [
        { name, ...(own !== undefined && { path: own }), transport: bearer(), strategy: jwt() },
        { name: 'web', transport: cookie(), strategy: jwt() },
      ],
    });
    const { email } = await addUser();
    const login = await api.post(`${prefix}login`, { email, password: PASSWORD }).expect(200);
    await api.post(`${path && `/${path}`}/web/login`, { email, password: PASSWORD }).expect(204);
    const ada = api.as(login.body.access_token);
    await ada.post(`${prefix}logout`).expect(204);
    await ada.get('/users/me').expect(401);
    await api.post(`${prefix}logout`).expect(401);
  });
});
