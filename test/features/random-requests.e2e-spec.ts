import { jest } from '@jest/globals';
import { bearer, cookie, database, jwt, RolesService, Superuser } from 'nestjs-users';
import { type Host, type HostOptions, onEachHost, PASSWORD } from '../support/host.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import { type Known, RandomRequests } from '../support/random-requests.js';
import { Member, MemberSession, Role } from '../support/users.js';

/** `RANDOM_REQUESTS=20000` sends more of them. */
const REQUESTS = Number(process.env['RANDOM_REQUESTS'] ?? 500);
const SEED = Number(process.env['RANDOM_SEED'] ?? 20_261_122);

const OPTIONS: HostOptions = {
  ...withProviders([nowhere('acme')]),
  user: Member,
  session: MemberSession,
  role: Role,
  oauthAccount: MemberOAuthAccount,
  roleManagement: { guards: [Superuser()] },
  currentUser: { deletion: true },
  backends: [
    { name: 'jwt', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
  ],
};

async function populate({ app, login, service, api, sessions }: Host): Promise<Known & { root: string }> {
  const roles = app.get(RolesService);
  const [ada, eve] = [await login(), await login({ email: 'eve@example.com' })];
  const root = await service.addUser(
    { email: 'root@example.com', password: PASSWORD, isSuperuser: true },
    { verify: true },
  );
  const gone = await login({ email: 'gone@example.com' });
  await service.updateUser(gone.user.id, { isActive: false });
  const analyst = await roles.addRole({ name: 'analyst' });
  await roles.assignRole(eve.user.id, analyst.id);
  const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
  const rows = [ada.user, eve.user, root, gone.user, analyst, ...((await sessions?.find()) ?? [])];
  return {
    tokens: [ada.token, eve.token, gone.token],
    cookies: [web.headers['cookie'] ?? ''],
    ids: rows.map(({ id }) => String(id)),
    root: String(root.id),
  };
}

/** The requests that were answered by a fault of ours. */
async function send(
  url: string,
  known: () => Promise<Known>,
  statuses: Map<number, number> = new Map<number, number>(),
): Promise<unknown[]> {
  const requests = new RandomRequests(SEED);
  const failures: unknown[] = [];
  for (let count = 0; count < REQUESTS; count++) {
    const { path, init } = requests.next(await known());
    const answer = await fetch(url + path, init);
    await answer.arrayBuffer();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status >= 500) failures.push({ path, ...init, status: answer.status });
  }
  return failures;
}

// Thousands of requests, on a machine that may have more to do.
jest.setTimeout(60_000);

onEachHost({ readsLists: true, takesLong: true }, (boot) => {
  test(`${REQUESTS} random requests of users: no 5xx, and nobody becomes more than they were`, async () => {
    const host = await boot(OPTIONS);
    const { app, users } = host;
    const known = await populate(host);

    expect(await send(host.api.root, () => Promise.resolve(known))).toEqual([]);

    const superusers = (await users.find()).filter(({ isSuperuser }) => isSuperuser);
    expect(superusers.map(({ id }) => String(id))).toEqual([known.root]);
    const holders = await users.find({ relations: { roles: true } as never });
    const given = holders.filter((user) => (user as Member).roles.length > 0).map(({ email }) => email);
    expect(given.filter((email) => email !== 'eve@example.com')).toEqual([]);
    expect(await app.get(RolesService).listAndCountRoles()).toMatchObject([[{ name: 'analyst' }], 1]);
  });

  test(`${REQUESTS} random requests of a superuser: no 5xx, and one superuser is left`, async () => {
    const host = await boot(OPTIONS);
    const { api, users, service } = host;
    const known = await populate(host);
    const root = { email: 'root@example.com', password: PASSWORD };
    let token = await api.login(root.email, root.password);
    const statuses = new Map<number, number>();
    // Requests log the superuser out, or change what they log in by.
    const withRoot = async () => {
      if ((await api.as(token).get('/users/me')).status !== 200) {
        await service.deleteUser(known.root).catch(() => undefined);
        const again = { ...root, email: `root${statuses.size}-${Math.random()}@example.com` };
        await service.addUser({ ...again, isSuperuser: true }, { verify: true });
        token = await api.login(again.email, again.password);
      }
      return { ...known, tokens: [token] };
    };

    expect(await send(api.root, withRoot, statuses)).toEqual([]);

    expect(await users.countBy({ isSuperuser: true, isActive: true })).toBeGreaterThan(0);
    // It went through doors, too.
    for (const status of [200, 201, 202, 204]) expect(statuses.get(status)).toBeGreaterThan(0);
  });
});
