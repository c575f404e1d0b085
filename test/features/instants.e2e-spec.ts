import { Expose } from 'class-transformer';
import { UserReadDto, UuidUser } from 'nestjs-users';
import { CreateDateColumn, Entity, UpdateDateColumn } from 'typeorm';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { OAuthAccount, OneTimeToken } from '../support/oauth2-entities.js';
import { moveTo } from '../support/time.js';

class DatedReadDto extends UserReadDto {
  @Expose()
  createdAt!: Date;

  @Expose()
  updatedAt!: Date;
}

/** A host whose instants TypeORM fills. */
@Entity('app_dated_user')
class DatedUser extends UuidUser {
  @CreateDateColumn({ name: 'made' })
  override createdAt!: Date;

  @UpdateDateColumn()
  override updatedAt!: Date;
}

const ZONES = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin', 'UTC'];
const SECOND = 1000;

const isPresent = (instant: Date | string): boolean =>
  Math.abs(new Date(instant).getTime() - Date.now()) < 60 * SECOND;

/** Puts all instants of users so far back that a change of them shows. */
const age = ({ users }: Host, by = 3600 * SECOND) => {
  const past = new Date(Date.now() - by);
  return users.createQueryBuilder().update().set({ createdAt: past, updatedAt: past }).execute();
};

onEachHost((boot) => {
  afterEach(() => moveTo(undefined));

  test('an instant is the same in every time zone, whoever wrote it and whoever reads it', async () => {
    const host = await boot({
      dtos: { read: DatedReadDto },
      oauthAccount: OAuthAccount,
      oneTimeToken: OneTimeToken,
    });
    const { api, users, rows, login } = host;
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    for (const [index, zone] of ZONES.entries()) {
      moveTo(zone);
      await api.post('/auth/register', { email: `http${index}@example.com`, password: PASSWORD }).expect(201);
      const row = (way: string) => ({ email: `${way}${index}@example.com`, tokenVersion: 1 });
      await users.insert(row('insert'));
      const entity = await users.save(users.create(row('save')));
      expect([entity.createdAt, entity.updatedAt].every(isPresent)).toBe(true);
      const accounts = rows(OAuthAccount);
      const account = { provider: 'acme', accountKey: `key${index}`, accountId: 'ada', accountEmail: null };
      await accounts.save(accounts.create({ ...account, user: { id: entity.id as string } }));
    }
    for (const zone of ZONES) {
      moveTo(zone);
      const all = await users.find();
      expect(all).toHaveLength(1 + 3 * ZONES.length);
      expect(
        all.filter(({ createdAt, updatedAt }) => !isPresent(createdAt) || !isPresent(updatedAt)),
      ).toEqual([]);
      const accounts = await rows(OAuthAccount).find();
      expect(accounts.map(({ createdAt }) => isPresent(createdAt))).toEqual(ZONES.map(() => true));
      const { body } = await root.api.get(`/users/${root.user.id}`).expect(200);
      expect([body.createdAt, body.updatedAt].map(isPresent)).toEqual([true, true]);
    }
    // Numbers of a database, and no dates that its driver reads in the zone of the process.
    const stored = users
      .createQueryBuilder('user')
      .select(['user.createdAt', 'user.updatedAt'])
      .getRawMany<object>();
    const values = (await stored).flatMap((row) => Object.values(row).map(String));
    expect(values.filter((value) => !/^\d{13}$/.test(value))).toEqual([]);
  });

  test('each change notes when it was made, and no change moves when the user was', async () => {
    const host = await boot();
    const { api, users, service, repository, login } = host;
    const ada = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const where = { id: ada.user.id as string };
    const changes: [string, () => PromiseLike<unknown>][] = [
      ['PATCH', () => root.api.patch(`/users/${ada.user.id}`, { isVerified: false }).expect(200)],
      [
        'verification',
        async () =>
          api
            .post('/auth/verify', {
              token: await service.generateToken(await users.findOneByOrFail(where), 'verification'),
            })
            .expect(200),
      ],
      ['logout', () => ada.api.post('/auth/jwt/logout').expect(204)],
      [
        'reset',
        async () =>
          api
            .post('/auth/reset-password', {
              token: await service.generateToken(await users.findOneByOrFail(where), 'reset-password'),
              password: 'a quite new password',
            })
            .expect(200),
      ],
      ['raiseTokenVersion()', () => repository.raiseTokenVersion(ada.user.id)],
      ['update()', () => users.update(where, { fullName: 'Ada' } as never)],
      [
        'save()',
        async () => users.save(Object.assign(await users.findOneByOrFail(where), { fullName: 'Countess' })),
      ],
    ];
    const seen: Record<string, boolean[]> = {};
    for (const [name, change] of changes) {
      await age(host);
      await change();
      const { createdAt, updatedAt } = await users.findOneByOrFail(where);
      seen[name] = [isPresent(createdAt), isPresent(updatedAt)];
    }
    expect(seen).toEqual(Object.fromEntries(changes.map(([name]) => [name, [false, true]])));

    // An instant that the host gives is the host's, and what was not changed keeps its own.
    const given = new Date(Date.now() - 7200 * SECOND);
    await users.save(
      Object.assign(await users.findOneByOrFail(where), { fullName: 'Ada', updatedAt: given }),
    );
    expect((await users.findOneByOrFail(where)).updatedAt).toEqual(given);
    await users.save(await users.findOneByOrFail(where));
    expect((await users.findOneByOrFail(where)).updatedAt).toEqual(given);
  });
});

onEachHost({ plainOnly: 'it has an entity of its own' }, (boot) => {
  test('instants that the host declares in a way of its own are TypeORM’s', async () => {
    const host = await boot({ user: DatedUser });
    const { users, addUser, login } = host;
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const ada = await addUser();
    await age(host);
    await root.api.patch(`/users/${ada.id}`, { isVerified: false }).expect(200);
    const { createdAt, updatedAt } = await users.findOneByOrFail({ id: ada.id as string });
    expect(updatedAt.getTime() - createdAt.getTime()).toBeGreaterThan(3000 * SECOND);
    const { body } = await root.api.get('/users?sort=createdAt&limit=1').expect(200);
    await root.api.get(`/users?sort=createdAt&limit=1&cursor=${body.next}`).expect(200);
  });
});
