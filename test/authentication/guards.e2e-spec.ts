import { Controller, Get, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Authenticated, type BaseUser, bearer, CurrentUser, jwt, Public, Superuser } from 'nestjs-users';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';

type Shown = BaseUser | undefined;
const emailOf = (user: Shown) => ({ email: user?.email ?? null });

@Controller('guarded')
class GuardedController {
  @Get('authenticated')
  @UseGuards(Authenticated())
  authenticated(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('optional')
  @UseGuards(Authenticated({ optional: true }))
  optional(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('unverified')
  @UseGuards(Authenticated({ verified: false }))
  unverified(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('superuser')
  @UseGuards(Superuser())
  superuser(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('twice')
  @UseGuards(Authenticated(), Superuser(), Authenticated({ verified: false }))
  twice(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('by-name')
  @UseGuards(Authenticated({ backends: ['app'] }))
  byName(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('by-function')
  @UseGuards(
    Authenticated({ backends: (context) => [context.getHandler().name === 'byFunction' ? 'app' : 'jwt'] }),
  )
  byFunction(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('by-promise')
  @UseGuards(
    Authenticated({
      backends: async (context) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return [context.getHandler().name === 'byPromise' ? 'app' : 'jwt'];
      },
    }),
  )
  byPromise(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('plain')
  plain(@CurrentUser() user: Shown) {
    return emailOf(user);
  }

  @Get('public')
  @Public()
  open(@CurrentUser() user: Shown) {
    return emailOf(user);
  }
}

const CONTROLLER = { controllers: [GuardedController] };
const TWO_BACKENDS = ['jwt', 'app'].map((name) => ({ name, transport: bearer(), strategy: jwt() }));

/** The statuses of one client at several routes. */
async function statuses(api: Host['api'], routes: string[]): Promise<Record<string, number>> {
  const entries: [string, number][] = [];
  for (const route of routes) entries.push([route, (await api.get(`/guarded/${route}`)).status]);
  return Object.fromEntries(entries);
}

onEachHost((boot) => {
  test('each guard says who may pass', async () => {
    const { api, login, users } = await boot({
      host: CONTROLLER,
      backends: TWO_BACKENDS,
      requireVerification: true,
    });
    const routes = ['authenticated', 'optional', 'unverified', 'superuser', 'plain'];
    const user = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const unverified = await login({ email: 'new@example.com' });
    await users.update({ id: unverified.user.id }, { isVerified: false });
    const inactive = await login({ email: 'gone@example.com' });
    await users.update({ id: inactive.user.id }, { isActive: false });

    const anonymous = { authenticated: 401, optional: 200, unverified: 401, superuser: 401, plain: 200 };
    expect(await statuses(api, routes)).toEqual(anonymous);
    expect(await statuses(inactive.api, routes)).toEqual(anonymous);
    expect(await statuses(unverified.api, routes)).toEqual({
      ...anonymous,
      authenticated: 403,
      unverified: 200,
      superuser: 403,
    });
    expect(await statuses(user.api, routes)).toEqual({
      ...anonymous,
      authenticated: 200,
      unverified: 200,
      superuser: 403,
    });
    expect(await statuses(root.api, routes)).toEqual({
      ...anonymous,
      authenticated: 200,
      unverified: 200,
      superuser: 200,
    });

    for (const client of [api, inactive.api, unverified.api]) {
      await client.get('/guarded/optional').expect(200, { email: null });
    }
    await user.api.get('/guarded/optional').expect(200, { email: user.user.email });
  });

  test('several guards of one request ask the database once', async () => {
    const { login, queries } = await boot({ host: CONTROLLER, backends: TWO_BACKENDS });
    const { api } = await login({ isSuperuser: true });
    expect(await queries.during(() => api.get('/guarded/twice').expect(200))).toHaveLength(1);
  });

  test('a guard narrows the backends by name, by a function or by a promise', async () => {
    const { api, addUser } = await boot({
      host: CONTROLLER,
      backends: TWO_BACKENDS,
    });
    await addUser();
    const app = api.as(await api.login('ada@example.com', PASSWORD, 'app'));
    const web = api.as(await api.login('ada@example.com', PASSWORD, 'jwt'));

    expect(await statuses(app, ['authenticated', 'by-name', 'by-function', 'by-promise'])).toEqual({
      authenticated: 200,
      'by-name': 200,
      'by-function': 200,
      'by-promise': 200,
    });
    expect(await statuses(web, ['authenticated', 'by-name', 'by-function', 'by-promise'])).toEqual({
      authenticated: 200,
      'by-name': 401,
      'by-function': 401,
      'by-promise': 401,
    });
  });

  test.each([
    ['protectAll', { protectAll: true, host: CONTROLLER }],
    [
      'a host’s own APP_GUARD',
      { host: { ...CONTROLLER, providers: [{ provide: APP_GUARD, useClass: Authenticated() }] } },
    ],
  ])('%s guards every route; @Public(), our open routes and more precise guards stay', async (_, options) => {
    const { api, login, users } = await boot({
      ...options,
      backends: TWO_BACKENDS,
      requireVerification: true,
    });
    const routes = ['plain', 'public', 'optional', 'unverified', 'authenticated'];
    expect(await statuses(api, routes)).toEqual({
      plain: 401,
      public: 200,
      optional: 200,
      unverified: 401,
      authenticated: 401,
    });
    await api.post('/auth/forgot-password', { email: 'x@example.com' }).expect(202);
    await api.post('/auth/register', { email: 'new@example.com', password: PASSWORD }).expect(201);

    const ada = await login();
    expect(await statuses(ada.api, routes)).toEqual({
      plain: 200,
      public: 200,
      optional: 200,
      unverified: 200,
      authenticated: 200,
    });
    await users.update({ id: ada.user.id }, { isVerified: false });
    expect(await statuses(ada.api, routes)).toEqual({
      plain: 403,
      public: 200,
      optional: 200,
      unverified: 200,
      authenticated: 403,
    });
    await ada.api.patch('/users/me', { email: 'mended@example.com' }).expect(200);
  });

  test('case, slashes, encodings and HEAD get the canonical path’s decision', async () => {
    const { api, login } = await boot();
    const ada = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    // A variant that an adapter does not take for `me` is an id that is nobody's: `403` for who may not ask, else `404`.
    for (const path of [
      '/users/me',
      '/users/me/',
      '/users/ME',
      '/users/%6De',
      '/users//me',
      '/users/me?x=1',
    ]) {
      const statusesOf = { anonymous: [401, 404], ada: [200, 403, 404], root: [200, 404] };
      expect(statusesOf.anonymous).toContain((await api.get(path)).status);
      expect(statusesOf.ada).toContain((await ada.api.get(path)).status);
      const shown = await root.api.get(path);
      expect(statusesOf.root).toContain(shown.status);
      expect(shown.body.email ?? 'root@example.com').toBe('root@example.com');
    }
    expect((await api.head('/users/me')).status).toBe(401);
    expect((await ada.api.head('/users/me')).status).toBe(200);
  });
});
