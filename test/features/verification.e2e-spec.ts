import { Body, Controller, Post } from '@nestjs/common';
import { UsersService } from 'nestjs-users';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };

onEachHost((boot) => {
  test('a mailed token verifies the user, once', async () => {
    const { api, outbox, settled } = await boot({ requireVerification: true });
    await api.post('/auth/register', ADA).expect(201);
    await api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_USER_NOT_VERIFIED/);
    await settled();
    const { token } = outbox.last(ADA.email);

    const { body, headers } = await api.post('/auth/verify', { token }).expect(200);

    expect(body).toMatchObject({ email: ADA.email, isVerified: true });
    expect(headers['cache-control']).toBe('no-store');
    await api.login(ADA.email, PASSWORD);
    await api.post('/auth/verify', { token }).expect(400, /"detail":"VERIFY_USER_ALREADY_VERIFIED"/);
  });

  test('a host that verifies elsewhere has no route of ours, and verifies by the service', async () => {
    @Controller('confirm')
    class ConfirmController {
      constructor(private readonly users: UsersService) {}

      @Post()
      async confirm(@Body('token') token: string) {
        return { verified: (await this.users.verify(token)).email };
      }
    }
    const { api, outbox, settled } = await boot({
      ...{ requireVerification: true, verification: 'elsewhere' },
      host: { controllers: [ConfirmController] },
    });
    await api.post('/auth/register', ADA).expect(201);
    await api.post('/auth/jwt/login', ADA).expect(400, /LOGIN_USER_NOT_VERIFIED/);
    await api.post('/auth/verify', { token: 'any' }).expect(404);
    await api.post('/auth/request-verify-token', { email: ADA.email }).expect(404);
    await settled();

    await api.post('/confirm', { token: outbox.last(ADA.email).token }).expect(201, { verified: ADA.email });
    await api.login(ADA.email, PASSWORD);
  });

  test('a request is answered alike whoever the address belongs to, and mails who is active and unverified', async () => {
    const { api, addUser, outbox, settled } = await boot({
      hooks: {
        sendVerificationToken(user) {
          outbox.mails.push({ kind: 'verification', to: user.email, token: '' });
          throw new Error('the mail server is down');
        },
      },
    });
    await addUser({ email: 'new@example.com', isVerified: false });
    await addUser({ email: 'verified@example.com' });
    await addUser({ email: 'inactive@example.com', isVerified: false, isActive: false });

    const answers = [];
    for (const name of ['new', 'verified', 'inactive', 'nobody']) {
      answers.push(
        await api.post('/auth/request-verify-token', { email: `${name}@example.com` }).expect(202, 'null'),
      );
    }
    const names = answers.map(({ headers }) => Object.keys(headers).sort().join());
    expect(new Set(names).size).toBe(1);
    expect(answers[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
    await settled();
    expect(outbox.mails.map(({ to }) => to)).toEqual(['new@example.com']);
  });

  test('a request is one statement for everybody', async () => {
    const { api, addUser, queries } = await boot();
    await addUser({ isVerified: false });
    for (const email of [ADA.email, 'nobody@example.com']) {
      const statements = await queries.during(() =>
        api.post('/auth/request-verify-token', { email }).expect(202),
      );
      expect(statements).toHaveLength(1);
    }
  });

  test('a token is dead after a change of address, password or state', async () => {
    const { api, addUser, service } = await boot();
    const changes = [{ email: 'new@example.com' }, { password: 'another password' }, { isActive: false }];
    for (const [index, change] of changes.entries()) {
      const user = await addUser({ email: `user${index}@example.com`, isVerified: false });
      const token = await service.generateToken(user, 'verification');
      await service.updateUser(user, change);
      await service.updateUser(user.id, { isActive: true });
      await api.post('/auth/verify', { token }).expect(400, /"detail":"VERIFY_USER_BAD_TOKEN"/);
    }
  });

  test('a token of a deleted user verifies nobody who has the address again', async () => {
    const { api, addUser, addAgain, service } = await boot();
    const user = await addUser({ isVerified: false });
    const token = await service.generateToken(user, 'verification');
    await service.deleteUser(user.id);
    await addAgain(user, { isVerified: false });
    await api.post('/auth/verify', { token }).expect(400, /VERIFY_USER_BAD_TOKEN/);
  });

  test('ten uses at once verify once', async () => {
    const { api, addUser, service } = await boot();
    const token = await service.generateToken(await addUser({ isVerified: false }), 'verification');
    const uses = Array.from({ length: 10 }, () =>
      api.post('/auth/verify', { token }).then((answer) => answer),
    );

    const answers = await Promise.all(uses);

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.detail === 'VERIFY_USER_ALREADY_VERIFIED')).toHaveLength(9);
  });

  test.each([[''], [' '], ['x'], ['a.b.c'], ['x'.repeat(8000)]])(
    'a token that is none is bad: %j',
    async (token) => {
      const { api, addUser } = await boot();
      await addUser({ isVerified: false });
      await api.post('/auth/verify', { token }).expect(400, /VERIFY_USER_BAD_TOKEN/);
    },
  );

  test.each([[null], [[]], [{}], [7], [undefined]])('a token that is no string is 422: %j', async (token) => {
    const { api } = await boot();
    await api.post('/auth/verify', { token }).expect(422);
  });
});
