import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import {
  Authenticated,
  cookie,
  CurrentUser,
  database,
  type HttpRequest,
  type IssuedToken,
  type Transport,
} from 'nestjs-users';
import { type Api, cookiesOf } from '../support/api.js';
import { type Combination, combine, STRATEGIES } from '../support/backends.js';
import { onEachAdapter, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { Session, type User } from '../support/users.js';

const ADA = 'ada@example.com';
const NEW = 'a quite new password';

/** A client whose browser sends these cookies, in this order. */
const carrying = (api: Api, ...cookies: (Api | string)[]) =>
  api.with({
    cookie: cookies
      .map((each) => (typeof each === 'string' ? `__Host-session=${each}` : each.headers['cookie']))
      .join('; '),
  });

@Controller('host')
class HostController {
  @Get()
  @UseGuards(Authenticated({ optional: true }))
  read(@CurrentUser() user: User | undefined) {
    return { email: user?.email ?? null };
  }
}

/** A transport of the host's own, whose clients send all that they have. */
@Injectable()
class KeyringTransport implements Transport {
  readonly challenge = 'Keyring';

  read({ headers }: HttpRequest): string[] {
    return String(headers['x-keyring']).split(',');
  }

  deliver({ token }: IssuedToken): object {
    return { token };
  }

  replace(): void {}
}

onEachAdapter('sqlite', (boot) => {
  let combination: Combination | undefined;
  afterEach(async () => {
    await combination?.close();
    combination = undefined;
  });

  test('more cookies of one name than four are nobody’s: one of them could hide a login', async () => {
    combination = await combine('cookie', 'database');
    const { api, addUser } = await boot(combination.options);
    await addUser();
    const ada = await api.loggedIn(ADA, PASSWORD, 'main');
    await carrying(api, 'a', 'b', 'c', ada).get('/users/me').expect(200);
    for (const cookies of [
      [ada, 'a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd', ada],
    ]) {
      await carrying(api, ...cookies)
        .get('/users/me')
        .expect(401);
    }
    await carrying(api, ada, 'a', 'a', 'b', 'b', 'c').get('/users/me').expect(200);
  });

  test.each(STRATEGIES)(
    '%s: a dead cookie stands in nobody’s way, and a logout ends all that are live',
    async (strategy) => {
      combination = await combine('cookie', strategy);
      const { api, addUser } = await boot(combination.options);
      await addUser();
      const dead = await api.loggedIn(ADA, PASSWORD, 'main');
      await dead.post('/auth/main/logout').expect(204);
      const live = await api.loggedIn(ADA, PASSWORD, 'main');

      for (const stale of [dead, 'x', '', '%', 'y'.repeat(43)]) {
        await carrying(api, stale, live).get('/users/me').expect(200);
        await carrying(api, live, stale).get('/users/me').expect(200);
      }
      const [cleared] = cookiesOf(await carrying(api, dead, live).post('/auth/main/logout').expect(204));
      expect(cleared).toMatch(/^__Host-session=;/);
      await live.get('/users/me').expect(401);

      const one = await api.loggedIn(ADA, PASSWORD, 'main');
      const other = await api.loggedIn(ADA, PASSWORD, 'main');
      await carrying(api, one, other).post('/auth/main/logout').expect(204);
      for (const each of [one, other]) await each.get('/users/me').expect(401);
    },
  );

  const withSessions = {
    backends: [{ name: 'web', transport: cookie(), strategy: database() }],
    session: Session,
    host: { controllers: [HostController] },
  };

  test('of several logins of one user the latest counts', async () => {
    const { api, addUser } = await boot(withSessions);
    await addUser();
    const former = await api.loggedIn(ADA, PASSWORD, 'web');
    travel(660);
    const latter = await api.loggedIn(ADA, PASSWORD, 'web');
    await former.patch('/users/me', { password: NEW }).expect(403, /REAUTHENTICATION_REQUIRED/);
    const answer = await carrying(api, former, latter).patch('/users/me', { password: NEW }).expect(200);
    // The new cookie comes behind what the browser cannot tell apart.
    await carrying(api, former, api.carrying(answer)).get('/users/me').expect(200);
  });

  test('logins of two users are nobody’s, and none of them ends', async () => {
    const { api, addUser } = await boot(withSessions);
    await addUser();
    await addUser({ email: 'eve@example.com' });
    const ada = await api.loggedIn(ADA, PASSWORD, 'web');
    const eve = await api.loggedIn('eve@example.com', PASSWORD, 'web');
    for (const both of [carrying(api, ada, eve), carrying(api, eve, ada)]) {
      await both.get('/users/me').expect(401);
      await both.get('/host').expect(200, /"email":null/);
      const [cleared] = cookiesOf(await both.post('/auth/web/logout').expect(401));
      expect(cleared).toMatch(/^__Host-session=;/);
    }
    for (const each of [ada, eve]) await each.get('/users/me').expect(200);
  });

  test('of one header with more than four, none is looked at', async () => {
    const { api, addUser, queries } = await boot(withSessions);
    await addUser();
    const live = await api.loggedIn(ADA, PASSWORD, 'web');
    const stale = Array.from({ length: 60 }, (_, index) => `${index}`.padStart(43, 'x'));
    const ask = async (...cookies: (Api | string)[]) => {
      const client = carrying(api, ...cookies);
      let status = 0;
      const asked = await queries.during(async () => ({ status } = await client.get('/users/me')));
      return [status, asked.length];
    };
    expect(await ask(...stale, live)).toEqual([401, 0]);
    expect(await ask(...stale.slice(0, 3), live)).toEqual([200, 4]);
    expect(await ask(...Array.from({ length: 60 }, () => stale[0] ?? ''), live)).toEqual([200, 2]);
    expect(await ask(...Array.from({ length: 60 }, () => live))).toEqual([200, 1]);
  });

  test('a transport of the host’s own may find several, too', async () => {
    const { api, addUser, queries } = await boot({
      backends: [{ name: 'keys', transport: KeyringTransport, strategy: database() }],
      session: Session,
    });
    await addUser();
    const { body } = await api.post('/auth/keys/login', { email: ADA, password: PASSWORD }).expect(200);
    const { token } = body as { token: string };
    await api
      .with({ 'x-keyring': `old,${token}` })
      .get('/users/me')
      .expect(200);
    const many = Array.from({ length: 60 }, (_, index) => `${index}`.padStart(43, 'x')).join();
    const asked = await queries.during(() =>
      api
        .with({ 'x-keyring': `${many},${token}` })
        .get('/users/me')
        .expect(401),
    );
    expect(asked).toHaveLength(0);
  });
});
