import { IsString } from 'class-validator';
import { AdminCreateDto, RegisterDto, UuidUser } from 'nestjs-users';
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { Column, Entity, type ValueTransformer } from 'typeorm';
import { onEachHost, PASSWORD } from '../support/host.js';

const KEY = Buffer.alloc(32, 7);

/** The vector comes from the value, so that one value has one ciphertext. */
const encrypted: ValueTransformer = {
  to(text: string) {
    const vector = createHmac('sha256', KEY).update(text).digest().subarray(0, 16);
    const cipher = createCipheriv('aes-256-cbc', KEY, vector);
    return Buffer.concat([vector, cipher.update(text), cipher.final()]).toString('base64');
  },
  from(stored: string) {
    const bytes = Buffer.from(stored, 'base64');
    const decipher = createDecipheriv('aes-256-cbc', KEY, bytes.subarray(0, 16));
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString();
  },
};
const lowerCase: ValueTransformer = {
  to: (text: string) => text.toLowerCase(),
  from: (text: string) => text,
};

@Entity('encrypted_user')
class EncryptedUser extends UuidUser {
  @Column({ type: 'varchar', length: 500, unique: true, transformer: encrypted })
  override email!: string;
}

@Entity('folded_user')
class FoldedUser extends UuidUser {
  @Column({ type: 'varchar', length: 320, unique: true, transformer: [lowerCase] })
  override email!: string;

  @Column({ type: 'varchar', length: 50, unique: true, transformer: lowerCase })
  username!: string;
}

class FoldedRegisterDto extends RegisterDto {
  @IsString()
  username!: string;
}
class FoldedCreateDto extends AdminCreateDto {
  @IsString()
  username!: string;
}

onEachHost({ readsLists: true }, (boot) => {
  test('users whose addresses are encrypted do what others do', async () => {
    const { api, users, outbox, settled, addUser, service } = await boot({ user: EncryptedUser });
    const ada = { email: 'Ada@example.com', password: PASSWORD };
    const registered = await api.post('/auth/register', ada).expect(201);
    expect(registered.body.email).toBe('ada@example.com');
    await api.post('/auth/register', ada).expect(400, /REGISTER_USER_ALREADY_EXISTS/);
    const raw = await users.createQueryBuilder('user').select('user.email', 'email').getRawMany();
    expect(raw).toEqual([{ email: encrypted.to('ada@example.com') as string }]);

    await api.post('/auth/request-verify-token', { email: ada.email }).expect(202);
    await settled();
    await api.post('/auth/verify', { token: outbox.last().token }).expect(200);
    await api.post('/auth/forgot-password', { email: ada.email }).expect(202);
    await settled();
    const password = 'another password';
    await api.post('/auth/reset-password', { token: outbox.last().token, password }).expect(200);
    const loggedIn = await api.loggedIn(ada.email, password, 'jwt');

    await addUser({ email: 'bob@example.com' });
    await loggedIn
      .patch('/users/me', { email: 'bob@example.com' })
      .expect(400, /UPDATE_USER_EMAIL_ALREADY_EXISTS/);
    await loggedIn.patch('/users/me', { email: 'eve@example.com' }).expect(200);
    expect((await loggedIn.get('/users/me').expect(200)).body.email).toBe('eve@example.com');
    expect(await service.findByEmail('EVE@example.com')).toMatchObject({ email: 'eve@example.com' });
    expect(await service.getUserBy({ email: 'eve@example.com' })).toBeDefined();

    await addUser({ email: 'root@example.com', isSuperuser: true });
    const root = await api.loggedIn('root@example.com', PASSWORD, 'jwt');
    const whole = await root.get('/users?search=Eve@example.com').expect(200);
    expect(whole.body.items).toMatchObject([{ email: 'eve@example.com' }]);
    for (const part of ['eve@', 'x'.repeat(320), '%']) {
      expect((await root.get(`/users?search=${encodeURIComponent(part)}`).expect(200)).body.items).toEqual(
        [],
      );
    }
    for (const sort of ['email', '-email']) {
      await root.get(`/users?sort=${sort}`).expect(422, /"query","sort"/);
    }
    expect((await root.get('/users?limit=2&count=true').expect(200)).body.total).toBe(3);
  });

  test('a transformer may do again what is done already', async () => {
    const { api, addUser } = await boot({
      user: FoldedUser,
      identifier: 'username',
      dtos: { register: FoldedRegisterDto, adminCreate: FoldedCreateDto },
    });
    const ada = { username: 'Ada', email: 'Ada@example.com', password: PASSWORD };
    await api.post('/auth/register', ada).expect(201);
    await api
      .post('/auth/register', { ...ada, username: 'ADA', email: 'b@example.com' })
      .expect(400, /REGISTER_USER_ALREADY_EXISTS/);
    await api.post('/auth/jwt/login', { username: 'ADA', password: PASSWORD }).expect(200);
    await addUser({ username: 'Root', email: 'root@example.com', isSuperuser: true } as never);
    const login = await api.post('/auth/jwt/login', { username: 'root', password: PASSWORD }).expect(200);
    const root = api.as((login.body as { access_token: string }).access_token);
    expect((await root.get('/users?search=AD&sort=email').expect(200)).body.items).toHaveLength(1);
  });
});
