import { RolesService } from 'nestjs-users';
import { In } from 'typeorm';
import { Member, Role } from '../support/users.js';
import { onEachHost, PASSWORD } from '../support/host.js';

/** `RACE_ROUNDS=20` runs more of them; the counts of every status are printed then. */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 2);
const DUELS = ROUNDS * 10;

onEachHost((boot, adapter, database) => {
  const report = (race: string, statuses: number[], outcome = ''): Record<number, number> => {
    const counts: Record<number, number> = {};
    for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
    if (ROUNDS > 2) console.log(`${database}, ${adapter}: ${race}: ${JSON.stringify(counts)} ${outcome}`);
    return counts;
  };

  test('racing registrations make one user a round', async () => {
    const { api, users } = await boot();
    const statuses: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const body = { email: `user${round}@example.com`, password: PASSWORD };
      const race = Array.from({ length: 50 }, () =>
        api.post('/auth/register', body).then(({ status }) => status),
      );
      statuses.push(...(await Promise.all(race)));
    }
    expect(report('50 registrations', statuses)).toEqual({ 201: ROUNDS, 400: 49 * ROUNDS });
    expect(await users.count()).toBe(ROUNDS);
  });

  test('racing uses of a reset token spend it once a round', async () => {
    const { api, addUser, service } = await boot();
    const { id } = await addUser();
    const statuses: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const token = await service.generateToken(await service.getUser(id), 'reset-password');
      const race = Array.from({ length: 10 }, (_, use) =>
        api
          .post('/auth/reset-password', { token, password: `password ${round} ${use}` })
          .then(({ status }) => status),
      );
      statuses.push(...(await Promise.all(race)));
    }
    expect(report('10 resets', statuses)).toEqual({ 200: ROUNDS, 400: 9 * ROUNDS });
  });

  test('a role that is given many times at once is given once a round, and so is taken', async () => {
    const { app, addUser } = await boot({ user: Member, role: Role });
    const roles = app.get(RolesService);
    const [{ id: userId }, { id: roleId }] = [await addUser(), await roles.addRole({ name: 'analyst' })];
    const statuses: number[] = [];
    const statusOf = (change: Promise<unknown>) =>
      change.then(
        () => 200,
        (error: { status: number }) => error.status,
      );
    for (let round = 0; round < ROUNDS; round++) {
      const assign = () => statusOf(roles.assignRole(userId, roleId));
      const revoke = () => statusOf(roles.revokeRole(userId, roleId));
      statuses.push(...(await Promise.all(Array.from({ length: 10 }, assign))));
      statuses.push(...(await Promise.all(Array.from({ length: 10 }, revoke))));
    }
    const counts = report('10 assignments, then 10 revocations', statuses);
    expect(counts).toEqual({ 200: 2 * ROUNDS, 409: 18 * ROUNDS });
  });

  test('of two new addresses that are confirmed at once, one becomes the user’s, every time', async () => {
    const { api, addUser, service, users, outbox, settled } = await boot({ requireVerification: true });
    const { id } = await addUser();
    const statuses: number[] = [];
    const confirmed = new Set<boolean>();
    for (let round = 0; round < ROUNDS; round++) {
      const addresses = [`one${round}@example.com`, `two${round}@example.com`];
      const user = await service.getUser(id);
      for (const address of addresses) service.mailEmailChange(user, address);
      await settled();
      const verify = (address: string) =>
        api.post('/auth/verify', { token: outbox.last(address).token }).then(({ status }) => status);
      statuses.push(...(await Promise.all(addresses.map(verify))));
      const { email, isVerified } = await users.findOneByOrFail({ email: In(addresses) });
      confirmed.add(isVerified && addresses.includes(email));
    }
    expect(report('2 confirmations', statuses)).toEqual({ 200: ROUNDS, 400: ROUNDS });
    expect(confirmed).toEqual(new Set([true]));
  });

  test('two superusers who demote each other leave one, every time', async () => {
    const { addUser, service, users } = await boot();
    const [one, other] = [
      await addUser({ isSuperuser: true }),
      await addUser({ email: 'b@example.com', isSuperuser: true }),
    ];
    const statuses: number[] = [];
    const left: number[] = [];
    for (let duel = 0; duel < DUELS; duel++) {
      const demote = (id: typeof one.id) =>
        service.updateUser(id, { isSuperuser: false }).then(
          () => 200,
          (error: { status: number }) => error.status,
        );
      statuses.push(...(await Promise.all([demote(one.id), demote(other.id)])));
      left.push(await users.countBy({ isSuperuser: true, isActive: true }));
      await users.update({ isSuperuser: false }, { isSuperuser: true });
    }
    const counts = report(
      '2 demotions',
      statuses,
      `left at least ${Math.min(...left)}, at most ${Math.max(...left)}`,
    );
    expect(counts).toEqual({ 200: DUELS, 409: DUELS });
    expect(new Set(left)).toEqual(new Set([1]));
  });
});
