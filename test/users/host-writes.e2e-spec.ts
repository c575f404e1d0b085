import { Column, DataSource, Entity } from 'typeorm';
import { normalizeEmail, UuidUser } from 'nestjs-users';
import { onEachHost, PASSWORD } from '../support/host.js';

@Entity('seeded_user')
class SeededUser extends UuidUser {
  @Column({ type: 'varchar', length: 50, unique: true, nullable: true })
  username?: string | null;

  @Column({ type: 'varchar', length: 50, nullable: true })
  nickname?: string | null;
}

onEachHost((boot) => {
  test('users whom the host saves itself are found however their address is written', async () => {
    const { api, users, addUser, service } = await boot({ user: SeededUser });
    const { passwordHash } = await users.findOneOrFail({
      where: { id: (await addUser({ email: 'hash@example.com' })).id },
      select: { passwordHash: true },
    });
    const row = { passwordHash, tokenVersion: 1, isVerified: true };
    await users.save(users.create({ ...row, email: ' Ada@EXAMPLE.com' }));
    await users.insert({ ...row, email: 'Bob@Example.com' });
    await api.post('/auth/jwt/login', { email: 'ada@example.com', password: PASSWORD }).expect(200);
    await api.post('/auth/jwt/login', { email: 'BOB@example.com', password: PASSWORD }).expect(200);
    for (const email of ['Ada@example.com', 'bob@example.com']) {
      await api.post('/auth/register', { email, password: PASSWORD }).expect(400, /ALREADY_EXISTS/);
    }

    const ada = await users.findOneByOrFail({ email: 'ada@example.com' });
    await users.save(Object.assign(ada, { email: 'Eve@Example.com' }));
    expect(await service.findByEmail('eve@example.com')).toBeDefined();
    await users.update({ id: ada.id }, { email: 'ADA@Example.com' });
    expect(await service.findByEmail('ada@example.com')).toBeDefined();
    await users.upsert({ ...row, email: 'ADA@example.com', isVerified: false }, ['email']);
    expect(await users.findOneByOrFail({ email: 'ada@example.com' })).toMatchObject({ isVerified: false });
    await users.save(users.create({ ...row, email: 'no address' }));
    expect(await users.findOneBy({ email: 'no address' })).not.toBeNull();
  });

  test('an identifier is normalised too, and a row that was there is not changed on the way', async () => {
    const { app, api, users } = await boot({ user: SeededUser, identifier: 'username' });
    const row = { tokenVersion: 1, isVerified: true };
    await users.save(users.create({ ...row, email: 'Ada@Example.com', username: ' Ada ' } as never));
    expect(await users.findOneByOrFail({ email: 'ada@example.com' })).toMatchObject({ username: 'ada' });
    await api.post('/auth/jwt/login', { username: 'ADA', password: PASSWORD }).expect(400);

    await app
      .get(DataSource)
      .createQueryBuilder()
      .update(SeededUser)
      .set({ email: () => `'OLD@Example.com'` })
      .where({ username: 'ada' })
      .execute();
    const old = await users.findOneByOrFail({ email: 'OLD@Example.com' });
    await users.save(Object.assign(old, { nickname: 'A' }));
    expect((await users.findOneByOrFail({ username: 'ada' } as never)).email).toBe('OLD@Example.com');
    // As docs/entities.md brings old rows up to date.
    for (const user of await users.find()) {
      const email = normalizeEmail(user.email);
      if (email !== undefined && email !== user.email) await users.update({ id: user.id }, { email });
    }
    expect((await users.findOneByOrFail({ username: 'ada' } as never)).email).toBe('old@example.com');
  });

  test('what this library writes is normalised once', async () => {
    const seen: string[] = [];
    const { api, addUser, service } = await boot({
      user: SeededUser,
      normalizeIdentifier(email: string) {
        seen.push(email);
        return normalizeEmail(email);
      },
    });
    const user = await addUser({ email: 'Ada@example.com' });
    expect(seen).toEqual(['Ada@example.com']);
    await service.updateUser(user, { email: 'Eve@example.com' });
    expect(seen).toEqual(['Ada@example.com', 'Eve@example.com']);
    await api.post('/auth/register', { email: 'Bob@example.com', password: PASSWORD }).expect(201);
    // The body is judged by it, and the row is made of it.
    expect(seen.slice(2)).toEqual(['Bob@example.com', 'Bob@example.com']);
  });
});
