import { Expose } from 'class-transformer';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { RegisterDto, UserReadDto, UsersService } from 'nestjs-users';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };

class NamedRegisterDto extends RegisterDto {
  @Expose({ name: 'full_name' })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  fullName?: string;

  /** A mistake of the host: nobody may set this of themselves. */
  @IsOptional()
  isSuperuser?: boolean;
}

class NamedReadDto extends UserReadDto {
  @Expose({ name: 'full_name' })
  fullName!: string | null;
}

onEachHost((boot) => {
  test('a hook may make who registers verified', async () => {
    const { api } = await boot({
      hooks: {
        async postRegistrationHook(this: UsersService, user) {
          await this.updateUser(user, { isVerified: true });
        },
      },
    });
    await api.post('/auth/register', { email: 'ada@example.com', password: PASSWORD }).expect(201);
    const token = await api.login('ada@example.com', PASSWORD);
    await api
      .as(token)
      .get('/users/me')
      .expect(200, /"isVerified":true/);
  });

  test('registers a user and shows what the read DTO exposes', async () => {
    const { api, users } = await boot();

    const { body, headers } = await api.post('/auth/register', ADA).expect(201);

    const [stored] = await users.find();
    expect(body).toEqual({
      id: stored?.id,
      email: 'ada@example.com',
      isActive: true,
      isSuperuser: false,
      isVerified: false,
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  test('one statement inserts the user, another reads back what the database filled in', async () => {
    const { api, queries } = await boot();
    const statements = await queries.during(() => api.post('/auth/register', ADA).expect(201));
    expect(statements.length).toBeLessThanOrEqual(2);
  });

  test('case and blanks of an address meet in one user', async () => {
    const { api, users } = await boot();
    await api.post('/auth/register', { ...ADA, email: '  Ada@EXAMPLE.com ' }).expect(201);

    await api.post('/auth/register', ADA).expect(400, /"detail":"REGISTER_USER_ALREADY_EXISTS"/);

    expect(await users.find()).toMatchObject([{ email: 'ada@example.com' }]);
  });

  test('an internationalised domain is stored in ASCII', async () => {
    const { api } = await boot();
    const { body } = await api.post('/auth/register', { ...ADA, email: 'ada@Bücher.example' }).expect(201);
    expect(body).toMatchObject({ email: 'ada@xn--bcher-kva.example' });
  });

  test.each([
    ['compatibility characters', 'ａda@example.com'],
    ['a Kelvin sign', '\u212Aim@example.com'],
    ['a non-ASCII local part', 'ádá@example.com'],
    ['an invisible character', 'a\u200bda@example.com'],
    ['a control character', 'ada\u0000@example.com'],
    ['a quoted local part', '"ada"@example.com'],
    ['a line break', 'ada@example.com\nbcc: x@example.com'],
    ['no address at all', 'ada'],
    ['a domain alone', 'example.com'],
    ['nothing before the @', '@example.com'],
    ['nothing behind the @', 'ada@'],
    ['two addresses', 'ada@example.com,bob@example.com'],
    ['an over-long address', `${'a'.repeat(400)}@example.com`],
  ])('an address with %s is refused', async (_, email) => {
    const { api, users } = await boot();
    const { body } = await api.post('/auth/register', { ...ADA, email }).expect(422);
    expect(body).toMatchObject({ statusCode: 422, detail: [{ loc: ['body', 'email'], type: 'isEmail' }] });
    expect(await users.count()).toBe(0);
  });

  test.each([
    ['too short', 'short', 'Password should be at least 8 characters'],
    ['too long', 'x'.repeat(129), 'Password should be at most 128 characters'],
    ['no Unicode', `${'x'.repeat(10)}\ud800`, 'Password should be valid Unicode'],
  ])('a password that is %s is refused with the reason', async (_, password, reason) => {
    const { api, users } = await boot();
    const { body } = await api.post('/auth/register', { ...ADA, password }).expect(400);
    expect(body).toMatchObject({ message: reason, detail: { code: 'REGISTER_INVALID_PASSWORD', reason } });
    expect(await users.count()).toBe(0);
  });

  test('length counts code points, and passwords are kept exactly as they came', async () => {
    const { api } = await boot();
    const password = '  😀😀😀\u0000e\u0301 ';
    await api.post('/auth/register', { ...ADA, password }).expect(201);

    await api.login(ADA.email, password);
    for (const other of [password.trim(), password.replace('\u0000', ''), password.normalize('NFC')]) {
      await api.post('/auth/jwt/login', { email: ADA.email, password: other }).expect(400);
    }
  });

  test('a host’s own field is stored and shown under its JSON name; privileges are never taken from a body', async () => {
    const { api, users } = await boot({ dtos: { register: NamedRegisterDto, read: NamedReadDto } });
    const privileges = {
      id: '7f1b2f9e-3b1c-4c2e-8f43-0a1b2c3d4e5f',
      isSuperuser: true,
      is_superuser: true,
      isVerified: true,
      isActive: false,
      roles: [{ id: 1 }],
      passwordHash: 'x',
      tokenVersion: 1,
      fullName: 'unread',
    };

    const answer = await api.post('/auth/register', { ...ADA, ...privileges, full_name: 'Ada' }).expect(201);

    expect(answer.body).toMatchObject({
      full_name: 'Ada',
      isSuperuser: false,
      isVerified: false,
      isActive: true,
    });
    const [stored] = await users.find();
    expect(stored).toMatchObject({ isSuperuser: false, isVerified: false, isActive: true, fullName: 'Ada' });
    expect(stored?.id).not.toBe(privileges.id);
  });

  test.each(['__proto__', 'constructor'])('privileges by way of %s reach nothing', async (key) => {
    const { api, users } = await boot();
    const poison = `{"email":"ada@example.com","password":"${PASSWORD}","${key}":{"prototype":{"isSuperuser":true},"isSuperuser":true}}`;
    const { status } = await api.post('/auth/register', poison);
    expect([201, 400]).toContain(status);
    expect((await users.find()).filter(({ isSuperuser }) => isSuperuser)).toEqual([]);
    expect(({} as { isSuperuser?: boolean }).isSuperuser).toBeUndefined();
  });

  test('a fault is reported under the name that was sent', async () => {
    const { api } = await boot({ dtos: { register: NamedRegisterDto } });
    const { body } = await api.post('/auth/register', { email: 1, full_name: 'x'.repeat(21) }).expect(422);
    expect(body.detail).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ loc: ['body', 'password'], type: 'missing' }),
        expect.objectContaining({ loc: ['body', 'email'], type: 'isEmail' }),
        expect.objectContaining({
          loc: ['body', 'full_name'],
          msg: 'full_name must be shorter than or equal to 20 characters',
          type: 'maxLength',
        }),
      ]),
    );
  });

  test('fifty racing registrations make one user and send one mail', async () => {
    const { api, users, outbox, settled } = await boot({ requireVerification: true });
    const race = Array.from({ length: 50 }, () =>
      api.post('/auth/register', ADA).then(({ status }) => status),
    );

    const statuses = await Promise.all(race);

    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400)).toHaveLength(49);
    expect(await users.count()).toBe(1);
    await settled();
    expect(outbox.mails).toHaveLength(1);
  });

  test('mails a token only where verification is required', async () => {
    const { api, outbox, settled } = await boot();
    await api.post('/auth/register', ADA).expect(201);
    await settled();
    expect(outbox.mails).toEqual([]);
  });

  describe('concealExisting', () => {
    const concealed = {
      registration: { concealExisting: true },
      requireVerification: true,
      currentUser: undefined,
    };

    test('answers a known address as a new one, and tells its owner', async () => {
      const { api, users, outbox, settled } = await boot(concealed);
      const first = await api.post('/auth/register', ADA).expect(202, 'null');
      await settled();
      const second = await api
        .post('/auth/register', { ...ADA, password: 'another password' })
        .expect(202, 'null');
      await settled();

      expect(Object.keys(second.headers).sort()).toEqual(Object.keys(first.headers).sort());
      expect(await users.count()).toBe(1);
      expect(outbox.mails).toMatchObject([
        { kind: 'verification', to: ADA.email },
        { kind: 'registration-attempt', to: ADA.email },
      ]);
    });

    test('racing registrations make one user', async () => {
      const { api, users, settled } = await boot(concealed);
      await Promise.all(Array.from({ length: 20 }, () => api.post('/auth/register', ADA).expect(202)));
      await settled();
      expect(await users.count()).toBe(1);
    });

    test('still says why a password is refused', async () => {
      const { api } = await boot(concealed);
      await api.post('/auth/register', { ...ADA, password: 'x' }).expect(400, /REGISTER_INVALID_PASSWORD/);
    });
  });
});
