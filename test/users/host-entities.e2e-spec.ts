import { UuidUser } from 'nestjs-users';
import { Column, DataSource, Entity, Index } from 'typeorm';
import { onEachAdapter, onEachHost } from '../support/host.js';

/** A host that calls a column of its own `user`, as this library calls the relation of sessions. */
@Entity('app_named_user')
class NamedUser extends UuidUser {
  @Index({ unique: true })
  @Column({ type: 'varchar', length: 50, default: 'nobody' })
  user!: string;
}

onEachHost((boot) => {
  test("an index on a host's own column stays, whatever the column is called", async () => {
    const { app } = await boot({ user: NamedUser });
    const { indices } = app.get(DataSource).getMetadata(NamedUser);
    const own = indices.filter(
      ({ columns }) => columns.map(({ propertyName }) => propertyName).join() === 'user',
    );
    expect(own.map(({ isUnique }) => isUnique)).toEqual([true]);
  });
});

onEachAdapter('sqlite', (boot) => {
  test('a subscriber that adds a user while one is inserted does not wait for itself', async () => {
    const { app, service, users } = await boot();
    app.get(DataSource).subscribers.push({
      afterInsert: async ({ entity }) => {
        const { email } = entity as { email?: string };
        if (email !== undefined && !email.startsWith('shadow'))
          await service.addUser({ email: `shadow-${email}` });
      },
    });
    await service.addUser({ email: 'ada@example.com' });
    expect((await users.find()).map(({ email }) => email).sort()).toEqual([
      'ada@example.com',
      'shadow-ada@example.com',
    ]);
  });
});
