import { cheapHashes, withCheapHashes } from 'nestjs-users/testing';
import { onEachHost, PASSWORD } from '../support/host.js';
import { User } from '../support/users.js';

const CHEAPEST = /^\$argon2id\$v=19\$m=8,t=1,p=1\$/;

onEachHost((boot) => {
  test('as the option, beside the other rules', async () => {
    const { api, rows, service } = await boot({ passwords: cheapHashes({ minLength: 20 }) });
    await api.post('/auth/register', { email: 'ada@example.com', password: 'x'.repeat(19) }).expect(400);
    await api.post('/auth/register', { email: 'ada@example.com', password: PASSWORD }).expect(201);
    expect((await stored(rows(User))).passwordHash).toMatch(CHEAPEST);
    await service.authenticate({ email: 'ada@example.com', password: PASSWORD });
  });

  test('over the costs of a module that the test does not write', async () => {
    const { api, rows } = await boot({
      passwords: { minLength: 20, schemes: ['argon2id', 'bcrypt'], bcrypt: { acceptTruncated: true } },
      override: (builder) => expect(withCheapHashes(builder)).toBe(builder),
    });
    await api.post('/auth/register', { email: 'ada@example.com', password: 'x'.repeat(19) }).expect(400);
    await api.post('/auth/register', { email: 'ada@example.com', password: PASSWORD }).expect(201);
    expect((await stored(rows(User))).passwordHash).toMatch(CHEAPEST);
    await api.login('ada@example.com', PASSWORD);
  });
});

test('bcrypt is cheap, too, and keeps its other option', () => {
  expect(cheapHashes({ bcrypt: { rounds: 12, acceptTruncated: true } })).toEqual({
    argon2id: { memoryKibibytes: 8, passes: 1, lanes: 1 },
    bcrypt: { rounds: 4, acceptTruncated: true },
  });
});

const stored = (users: import('typeorm').Repository<User>) =>
  users.findOneOrFail({ where: {}, select: { id: true, passwordHash: true } });
