import { Expose } from 'class-transformer';
import { IsOptional, IsString } from 'class-validator';
import { UserUpdateDto } from 'nestjs-users';
import { travel } from '../support/time.js';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };
const NEW = 'a quite new password';

class NamedUpdateDto extends UserUpdateDto {
  @Expose({ name: 'full_name' })
  @IsOptional()
  @IsString()
  fullName?: string | null;

  @IsOptional()
  isSuperuser?: boolean;
}

class PasswordOnlyDto {
  @IsOptional()
  @IsString()
  password?: string;

  @IsOptional()
  @IsString()
  currentPassword?: string;
}

const elevenMinutesLater = () => travel(660);

onEachHost((boot) => {
  test('shows the logged-in user, in one statement', async () => {
    const { login, queries } = await boot();
    const { api, user } = await login();

    const statements = await queries.during(async () => {
      const { body, headers } = await api.get('/users/me').expect(200);
      expect(body).toEqual({
        id: user.id,
        email: ADA.email,
        isActive: true,
        isSuperuser: false,
        isVerified: true,
      });
      expect(headers['cache-control']).toBe('no-store');
    });

    expect(statements).toHaveLength(1);
    expect(statements[0]).not.toContain('passwordHash');
  });

  test('anonymous, inactive and deleted users are nobody', async () => {
    const { api, login, service } = await boot();
    await api.get('/users/me').expect(401);
    const ada = await login();
    await service.updateUser(ada.user.id, { isActive: false });
    await ada.api.get('/users/me').expect(401);
    await service.updateUser(ada.user.id, { isActive: true });
    await ada.api.get('/users/me').expect(401);

    const fresh = await api.login(ADA.email, PASSWORD);
    await service.deleteUser(ada.user.id);
    await api.as(fresh).get('/users/me').expect(401);
  });

  test('an address that users may not change stays, by emailChange: false or by an updateDto without it', async () => {
    const closed = await boot({ currentUser: { emailChange: false } });
    const ada = await closed.login();
    await ada.api
      .patch('/users/me', { email: 'new@example.com', password: NEW })
      .expect(403, /"detail":"EMAIL_CHANGE_NOT_ALLOWED"/);
    await ada.api.patch('/users/me', { email: ' ADA@example.com' }).expect(200);
    await closed.service.updateUser(ada.user.id, { email: 'by-root@example.com' });
    expect(await closed.users.find()).toMatchObject([{ email: 'by-root@example.com' }]);

    const silent = await boot({ currentUser: { updateDto: PasswordOnlyDto } });
    const bob = await silent.login();
    await bob.api.patch('/users/me', { email: 'new@example.com', password: NEW }).expect(200);
    expect(await silent.users.find()).toMatchObject([{ email: ADA.email }]);
    await silent.api.login(ADA.email, NEW);
  });

  test('changes the host’s own fields and nothing that was not given', async () => {
    const { login, users } = await boot({ dtos: { update: NamedUpdateDto } });
    const { api, user } = await login();

    await api
      .patch('/users/me', { full_name: 'Ada', fullName: 'unread', isSuperuser: true, isVerified: false })
      .expect(200);
    await api.patch('/users/me', {}).expect(200);

    const [stored] = await users.find();
    expect(stored).toMatchObject({
      fullName: 'Ada',
      isSuperuser: false,
      isVerified: true,
      tokenVersion: user.tokenVersion,
    });
    await api.patch('/users/me', { full_name: null }).expect(200);
    expect((await users.find())[0]).toMatchObject({ fullName: null });
  });

  test('a new password ends every other login, and this one goes on with a fresh token', async () => {
    const { api, login } = await boot();
    const here = await login();
    const elsewhere = await api.login(ADA.email, PASSWORD);

    const { headers } = await here.api.patch('/users/me', { password: NEW }).expect(200);

    await here.api.get('/users/me').expect(401);
    await api.as(elsewhere).get('/users/me').expect(401);
    const fresh = /^Bearer (.+)$/.exec(headers['authorization'])?.[1];
    await api.as(String(fresh)).get('/users/me').expect(200);
    await api.login(ADA.email, NEW);
  });

  test('a new address takes effect unverified; nobody else can have it', async () => {
    const { login, addUser } = await boot();
    await addUser({ email: 'bob@example.com' });
    const { api } = await login();

    await api
      .patch('/users/me', { email: 'BOB@example.com' })
      .expect(400, /"detail":"UPDATE_USER_EMAIL_ALREADY_EXISTS"/);
    const { body } = await api.patch('/users/me', { email: ' Countess@example.com' }).expect(200);

    expect(body).toMatchObject({ email: 'countess@example.com', isVerified: false });
    await api.patch('/users/me', { email: 'no address' }).expect(422);
    await api.patch('/users/me', { email: null }).expect(422);
  });

  test('one’s own address again changes nothing', async () => {
    const { login } = await boot();
    const { api } = await login();
    const { body } = await api.patch('/users/me', { email: 'ADA@example.com' }).expect(200);
    expect(body).toMatchObject({ email: ADA.email, isVerified: true });
  });

  test('a refused password is told with its reason', async () => {
    const { login } = await boot();
    const { api } = await login();
    const { body } = await api.patch('/users/me', { password: 'short' }).expect(400);
    expect(body.detail).toEqual({
      code: 'UPDATE_USER_INVALID_PASSWORD',
      reason: 'Password should be at least 8 characters',
    });
  });

  test('sensitive changes need a recent login or the current password', async () => {
    const { login, users } = await boot();
    const { api } = await login();
    elevenMinutesLater();

    for (const change of [{ password: NEW }, { email: 'new@example.com' }]) {
      await api.patch('/users/me', change).expect(403, /"detail":"REAUTHENTICATION_REQUIRED"/);
      await api
        .patch('/users/me', { ...change, currentPassword: 'wrong password' })
        .expect(403, /REAUTHENTICATION/);
    }
    expect(await users.find()).toMatchObject([{ email: ADA.email, isVerified: true }]);

    await api.patch('/users/me', { email: 'new@example.com', currentPassword: PASSWORD }).expect(200);
  });

  test('a token that replaced another is not a fresh login', async () => {
    const { api, login } = await boot();
    const ada = await login();
    elevenMinutesLater();
    const { headers } = await ada.api
      .patch('/users/me', { password: NEW, currentPassword: PASSWORD })
      .expect(200);
    const replaced = api.as(headers['authorization'].slice('Bearer '.length));

    await replaced
      .patch('/users/me', { password: 'one more password' })
      .expect(403, /REAUTHENTICATION_REQUIRED/);
  });

  test('a wrong current password is refused however fresh the login is', async () => {
    const { login } = await boot();
    const { api } = await login();
    await api.patch('/users/me', { password: NEW, currentPassword: 'wrong password' }).expect(403);
  });

  test('freshLoginSeconds: false asks for nothing', async () => {
    const { login } = await boot({ currentUser: { freshLoginSeconds: false } });
    const { api } = await login();
    elevenMinutesLater();
    await api.patch('/users/me', { password: NEW }).expect(200);
  });

  test('two password changes at once: one wins, the other’s login is over', async () => {
    const { login, api } = await boot();
    const ada = await login();
    const answers = await Promise.all(
      ['first new password', 'second new password'].map((password) =>
        ada.api.patch('/users/me', { password }).then((a) => a),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, 401]);
    const winner = answers.findIndex(({ status }) => status === 200);
    await api.login(ADA.email, ['first new password', 'second new password'][winner]);
  });

  describe('where verification is required', () => {
    test('an unverified user may do one thing: mend their address, which mails it a token', async () => {
      const { login, users, outbox, settled } = await boot({
        requireVerification: true,
        dtos: { update: NamedUpdateDto },
      });
      const { api, user } = await login();
      await users.update({ id: user.id }, { isVerified: false });

      await api.get('/users/me').expect(403);
      await api.patch('/users/me', { full_name: 'Ada' }).expect(403);
      await api.patch('/users/me', { email: 'mended@example.com', password: NEW }).expect(403);
      await api.patch('/users/me', { password: 1 }).expect(403);
      await api.patch('/users/me', { email: 'mended@example.com', unknown: 1 }).expect(200);

      await settled();
      expect(outbox.last()).toMatchObject({ kind: 'verification', to: 'mended@example.com' });
    });

    test('strictVerification closes that too', async () => {
      const { login, users } = await boot({
        requireVerification: true,
        currentUser: { strictVerification: true },
      });
      const { api, user } = await login();
      await users.update({ id: user.id }, { isVerified: false });
      await api.patch('/users/me', { email: 'mended@example.com' }).expect(403);
    });

    test('a token of an address that was left does not verify the new one', async () => {
      const { api, login, outbox, settled } = await boot({
        requireVerification: true,
        currentUser: { emailChange: 'immediate' },
      });
      const ada = await login();
      await ada.api.patch('/users/me', { email: 'first@example.com' }).expect(200);
      await ada.api.patch('/users/me', { email: 'second@example.com' }).expect(200);
      await settled();

      await api
        .post('/auth/verify', { token: outbox.last('first@example.com').token })
        .expect(400, /VERIFY_USER_BAD_TOKEN/);
      await api.post('/auth/verify', { token: outbox.last('second@example.com').token }).expect(200);
    });
  });
});
