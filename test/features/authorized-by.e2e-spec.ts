import {
  type CanActivate,
  type ExecutionContext,
  HttpException,
  Injectable,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { type BaseUser, RolesAccepted, RolesService, Superuser } from 'nestjs-users';
import { type Host, type HostOptions, onEachAdapter } from '../support/host.js';
import { Member, MemberSession, Role } from '../support/users.js';

const OPTIONS: HostOptions = { user: Member, role: Role, session: MemberSession, roleManagement: {} };
const ROUTES = [
  ['get', '/users'],
  ['post', '/users'],
  ['get', '/users/x'],
  ['patch', '/users/x'],
  ['delete', '/users/x'],
  ['post', '/users/x/password-reset'],
  ['get', '/users/x/sessions'],
  ['delete', '/users/x/sessions'],
  ['delete', '/users/x/sessions/x'],
  ['get', '/users/roles'],
  ['post', '/users/roles'],
  ['patch', '/users/roles/x'],
  ['delete', '/users/roles/x'],
  ['put', '/users/roles/assign'],
  ['put', '/users/roles/revoke'],
] as const;

/** A guard of the host's that only throttles, and says what it saw. */
class Throttler implements CanActivate {
  static seen: (BaseUser | undefined)[] = [];

  canActivate(context: ExecutionContext): boolean {
    Throttler.seen.push(context.switchToHttp().getRequest<{ user?: BaseUser }>().user);
    return true;
  }
}

/** Who may, says the host. */
@Injectable()
class Ada implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<{ user: BaseUser }>();
    return user.email === 'ada@example.com';
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedAda extends Ada {}

const both = (options: object) => ({ userManagement: options, roleManagement: options });
const statuses = async (api: Host['api']) => {
  const found: number[] = [];
  for (const [method, path] of ROUTES) found.push((await api[method](path)).status);
  return [...new Set(found)];
};

onEachAdapter('sqlite', (boot) => {
  afterEach(() => {
    Throttler.seen = [];
  });

  test.each([
    ['no guards', {}],
    ['an empty list', { guards: [] }],
    ['a guard that only throttles', { guards: [Throttler] }],
    ['an instance that only throttles', { guards: [new Throttler()] }],
    ['a guard in the decorators', { decorators: [UseGuards(Throttler)] }],
    ['a role guard in the decorators', { decorators: [UseGuards(RolesAccepted('helper'))] }],
  ])('with %s, superusers administer, and nobody else does', async (_, options) => {
    const { api, login, app, users } = await boot({ ...OPTIONS, ...both(options) });
    const ada = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const roles = app.get(RolesService);
    await roles.assignRole(ada.user.id, (await roles.addRole({ name: 'helper' })).id);

    expect(await statuses(api)).toEqual([401]);
    expect(await statuses(ada.api)).toEqual([403]);
    await ada.api.patch(`/users/${root.user.id as string}`, { password: 'another password' }).expect(403);
    await root.api.get('/users').expect(200);
    await root.api.get('/users/roles').expect(200);
    expect(await users.countBy({ isSuperuser: true })).toBe(1);
  });

  test('guards run before anybody is authenticated, so that throttling is cheap', async () => {
    const { api, queries } = await boot({ ...OPTIONS, ...both({ guards: [Throttler] }) });
    expect(await queries.during(() => api.get('/users').expect(401))).toHaveLength(0);
    expect(Throttler.seen).toEqual([undefined]);
  });

  test('a role guard, or a subclass of one, says who may, and none but those do', async () => {
    class Helpers extends RolesAccepted('helper') {}
    class Careless extends RolesAccepted('helper') {
      override async canActivate() {
        return true;
      }
    }
    for (const guards of [[RolesAccepted('helper')], [Helpers], [Throttler, Careless]]) {
      const host = await boot({ ...OPTIONS, ...both({ guards }) });
      const ada = await host.login();
      const helper = await host.login({ email: 'helper@example.com' });
      const root = await host.login({ email: 'root@example.com', isSuperuser: true });
      const roles = host.app.get(RolesService);
      await roles.assignRole(helper.user.id, (await roles.addRole({ name: 'helper' })).id);

      expect(await statuses(host.api)).toEqual([401]);
      expect(await statuses(ada.api)).toEqual([403]);
      for (const client of [helper.api, root.api]) {
        await client.get('/users').expect(200);
        await client.get('/users/roles').expect(200);
      }
    }
  });

  test.each([
    ['a guard', Ada],
    ['an instance', new Ada()],
    ['a list', [Throttler, Ada]],
    ['a request-scoped guard', RequestScopedAda],
  ])('authorizedBy with %s sees the user, and nobody anonymous', async (_, authorizedBy) => {
    const { api, login } = await boot({ ...OPTIONS, ...both({ authorizedBy }) });
    const ada = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });

    expect(await statuses(api)).toEqual([401]);
    expect(await statuses(root.api)).toEqual([403]);
    await ada.api.get('/users').expect(200);
    await ada.api.get('/users/roles').expect(200);
    expect(Throttler.seen).not.toContain(undefined);
  });

  test('authorizedBy and role guards must all let in; a subclass without super opens nothing', async () => {
    class Careless extends Superuser() {
      override async canActivate() {
        return true;
      }
    }
    for (const options of [
      { guards: [Superuser()], authorizedBy: Ada },
      { authorizedBy: [Ada, Careless] },
      { authorizedBy: Ada, guards: [Careless] },
    ]) {
      const { api, login } = await boot({ ...OPTIONS, ...both(options) });
      const ada = await login();
      const root = await login({ email: 'root@example.com', isSuperuser: true });
      expect(await statuses(api)).toEqual([401]);
      expect(await statuses(ada.api)).toEqual([403]);
      expect(await statuses(root.api)).toEqual([403]);
    }
  });

  test('authorizedBy answers as it likes', async () => {
    class Teapot implements CanActivate {
      canActivate(): boolean {
        throw new HttpException({ teapot: true }, 418);
      }
    }
    const { login, api } = await boot({ ...OPTIONS, ...both({ authorizedBy: Teapot }) });
    const ada = await login();
    expect(await statuses(api)).toEqual([401]);
    expect(await statuses(ada.api)).toEqual([418]);
  });

  test('guards on open routes hold, and login is behind them', async () => {
    const guards = [RolesAccepted('helper')];
    const { api, login } = await boot({ ...OPTIONS, protectAll: true, registration: { guards } });
    const ada = await login();
    const eve = { email: 'eve@example.com', password: 'a good password' };
    await api.post('/auth/register', eve).expect(401);
    await ada.api.post('/auth/register', eve).expect(403);
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    await root.api.post('/auth/register', eve).expect(201);
  });
});
