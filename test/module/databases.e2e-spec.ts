import { Expose } from 'class-transformer';
import { IsOptional, IsString } from 'class-validator';
import { RegisterDto } from 'nestjs-users';
import { DataSource } from 'typeorm';
import { onEachHost, PASSWORD } from '../support/host.js';
import { moveTo } from '../support/time.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };

/** A host that forgot a length. */
class UnboundedRegisterDto extends RegisterDto {
  @Expose({ name: 'full_name' })
  @IsOptional()
  @IsString()
  fullName?: string;
}

/** Ends every other connection of the test's own, as a database does that restarts. */
const KILL = {
  postgres:
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = current_setting($$application_name$$) AND pid <> pg_backend_pid()',
} as const;

onEachHost((boot, _adapter, database) => {
  afterEach(() => moveTo(undefined));

  test('a value that the database does not accept is 422, and nothing is written', async () => {
    const { api, users } = await boot({ dtos: { register: UnboundedRegisterDto } });
    const { status, body } = await api.post('/auth/register', { ...ADA, full_name: 'x'.repeat(5000) });
    // SQLite takes texts of any length.
    const isRefused = database !== 'sqlite';
    expect(status).toBe(isRefused ? 422 : 201);
    expect(await users.count()).toBe(isRefused ? 0 : 1);
    expect(JSON.stringify(body)).not.toContain('xxx');
  });

  test('an address is looked up exactly, though a database may compare without case and accents', async () => {
    const { api, addUser, repository } = await boot();
    await addUser();
    for (const address of [
      'ádá@example.com',
      'ADA@example.com',
      'ada@example.com ',
      'ada@example.com\u0000',
    ]) {
      expect(await repository.findByEmail(address).catch(() => undefined)).toBeUndefined();
      const identifier = { property: 'email', value: address };
      expect(await repository.findForAuthentication(identifier).catch(() => undefined)).toBeUndefined();
    }
    await api.login(ADA.email, PASSWORD);
  });

  test('processes in different time zones agree on every order and every token', async () => {
    const { api, addUser, login } = await boot();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const zones = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC', 'Europe/Berlin'];
    for (const [index, zone] of zones.entries()) {
      // Instants are of milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 5));
      moveTo(zone);
      await addUser({ email: `user${index}@example.com` });
    }
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 5; page++) {
      moveTo(zones[page % zones.length]);
      const { body } = await root.api
        .get(`/users?limit=1&sort=createdAt${cursor && `&cursor=${cursor}`}`)
        .expect(200);
      seen.push(body.items[0].email);
      cursor = body.next;
    }
    expect(seen).toEqual(['root', 'user0', 'user1', 'user2', 'user3'].map((name) => `${name}@example.com`));
    await api.as(root.token).get('/users/me').expect(200);
  });

  test('connections that were cut are 503 at most once, then all is well', async () => {
    const { app, api, login } = await boot();
    const ada = await login();
    const statement = KILL[database as keyof typeof KILL];
    if (statement) await app.get(DataSource).query(statement);
    const statuses = [];
    for (let request = 0; request < 5; request++) statuses.push((await ada.api.get('/users/me')).status);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.at(-1)).toBe(200);
    await api.login(ADA.email, PASSWORD);
  });
});
