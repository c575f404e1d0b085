import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  Authenticated,
  type BaseUser,
  CurrentUser,
  type LoadOptions,
  Public,
  RolesAccepted,
  RolesRequired,
  RolesService,
  Superuser,
  UserLoadOptions,
  UsersRepository,
} from 'nestjs-users';
import { startModule, refusal } from '../support/boot.js';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { Member, Role } from '../support/users.js';

@Controller('reports')
class ReportsController {
  @Get('any')
  @UseGuards(RolesAccepted('analyst', 'administrator'))
  any(@CurrentUser() user: Member) {
    return { email: user.email, roles: user.roles?.map(({ name }) => name) };
  }

  @Get('all')
  @UseGuards(RolesRequired('Analyst ', 'administrator'))
  all() {
    return {};
  }

  @Get('no-superusers')
  @UseGuards(RolesAccepted('analyst', { superuser: false }))
  noSuperusers() {
    return {};
  }

  @Get('twice')
  @UseGuards(Authenticated(), RolesAccepted('analyst'), RolesRequired('analyst'))
  twice() {
    return {};
  }

  @Get('without')
  @UseGuards(RolesAccepted('analyst'))
  @UserLoadOptions<Member>({ relations: { roles: false } })
  without() {
    return {};
  }
}

const OPTIONS = {
  user: Member,
  role: Role,
  host: { controllers: [ReportsController] },
  roleManagement: {},
};
const ROUTES = ['any', 'all', 'no-superusers', 'twice', 'without'];

async function statuses(api: Host['api']): Promise<Record<string, number>> {
  const entries: [string, number][] = [];
  for (const route of ROUTES) entries.push([route, (await api.get(`/reports/${route}`)).status]);
  return Object.fromEntries(entries);
}

/** A user with these roles, logged in. */
async function member({ app, addUser, api }: Host, email: string, roles: string[], fields: object = {}) {
  const service = app.get(RolesService);
  const user = await addUser({ email, ...fields });
  for (const name of roles) {
    const role = await service.getRoleByName(name).catch(() => service.addRole({ name }));
    await service.assignRole(user.id, role.id);
  }
  return { user, api: await api.loggedIn(email, PASSWORD, 'jwt') };
}

onEachHost((boot) => {
  test('each guard says who may pass', async () => {
    const host = await boot(OPTIONS);
    const analyst = await member(host, 'analyst@example.com', ['Analyst']);
    const both = await member(host, 'both@example.com', ['analyst', 'ADMINISTRATOR']);
    const other = await member(host, 'other@example.com', ['reader']);
    const none = await member(host, 'none@example.com', []);
    const root = await member(host, 'root@example.com', [], { isSuperuser: true });

    const all = (status: number) => Object.fromEntries(ROUTES.map((route) => [route, status]));
    expect(await statuses(host.api)).toEqual(all(401));
    expect(await statuses(host.api.as('x'))).toEqual(all(401));
    expect(await statuses(none.api)).toEqual(all(403));
    expect(await statuses(other.api)).toEqual(all(403));
    expect(await statuses(analyst.api)).toEqual({ ...all(200), all: 403 });
    expect(await statuses(both.api)).toEqual(all(200));
    expect(await statuses(root.api)).toEqual({ ...all(200), 'no-superusers': 403 });
  });

  test('roles come along with the user in one statement; a revoked one is refused at once', async () => {
    const host = await boot(OPTIONS);
    const { user, api } = await member(host, 'ada@example.com', ['analyst', 'reader']);
    for (const route of ['any', 'twice']) {
      const statements = await host.queries.during(() => api.get(`/reports/${route}`).expect(200));
      expect(statements).toHaveLength(1);
    }
    expect(await host.queries.during(() => api.get('/reports/without').expect(200))).toHaveLength(2);
    const { body } = await api.get('/reports/any').expect(200);
    expect(new Set(body.roles)).toEqual(new Set(['analyst', 'reader']));

    const service = host.app.get(RolesService);
    const { id } = await service.getRoleByName(' ANALYST');
    await service.revokeRole(user.id, id);
    await api.get('/reports/any').expect(403);
    await service.assignRole(user.id, id);
    await api.get('/reports/any').expect(200);
    await service.deleteRole(id);
    await api.get('/reports/any').expect(403);
  });

  test('unverified and inactive users pass no role guard', async () => {
    const host = await boot({ ...OPTIONS, requireVerification: true });
    const { user, api } = await member(host, 'ada@example.com', ['analyst']);
    await api.get('/reports/any').expect(200);
    await host.users.update({ id: user.id as string }, { isVerified: false });
    await api.get('/reports/any').expect(403);
    await host.users.update({ id: user.id as string }, { isVerified: true, isActive: false });
    await api.get('/reports/any').expect(401);
  });

  test('a guard of the whole application, of another module, and of a feature', async () => {
    @Controller('elsewhere')
    class ElsewhereController {
      @Get()
      read() {
        return {};
      }
    }
    @Module({
      controllers: [ElsewhereController],
      providers: [{ provide: APP_GUARD, useClass: RolesAccepted('analyst') }],
    })
    class ElsewhereModule {}

    const host = await boot({
      ...OPTIONS,
      host: { imports: [ElsewhereModule], controllers: [ReportsController] },
      userManagement: { guards: [RolesAccepted('reader')] },
    });
    const analyst = await member(host, 'analyst@example.com', ['analyst']);
    const reader = await member(host, 'reader@example.com', ['reader']);
    const both = await member(host, 'both@example.com', ['analyst', 'reader']);
    await host.api.get('/elsewhere').expect(401);
    await analyst.api.get('/elsewhere').expect(200);
    await reader.api.get('/elsewhere').expect(403);
    await analyst.api.get('/users').expect(403);
    await reader.api.get('/users').expect(403);
    await both.api.get('/users').expect(200);
    expect(await host.queries.during(() => both.api.get('/reports/any').expect(200))).toHaveLength(1);
  });

  test('@Public() opens a controller to a guard of the whole application, and not a handler that has its own', async () => {
    @Controller('odd')
    @Public()
    class OddController {
      @Get()
      @UseGuards(RolesAccepted('analyst'))
      read() {
        return {};
      }

      @Get('open')
      open() {
        return {};
      }
    }
    @Module({ providers: [{ provide: APP_GUARD, useClass: RolesAccepted('analyst') }] })
    class GuardModule {}
    const { api } = await boot({
      ...OPTIONS,
      host: { imports: [GuardModule], controllers: [OddController] },
    });
    await api.get('/odd').expect(401);
    await api.get('/odd/open').expect(200);
  });

  test('what a loader throws lets nobody in', async () => {
    @Injectable()
    class BrokenRepository extends UsersRepository {
      override async loadRelations(_users: BaseUser[], load?: LoadOptions): Promise<void> {
        if (load?.relations) throw new Error('no roles today');
      }
    }
    const providers = [{ provide: UsersRepository, useClass: BrokenRepository }];
    const host = await boot({ ...OPTIONS, providers });
    const { api } = await member(host, 'ada@example.com', ['analyst']);
    await api.get('/reports/any').expect(200);
    await api.get('/reports/without').expect(403);
  });
});

describe('a host’s mistake stops the boot', () => {
  test('a guard that names no role, or one that there can’t be', () => {
    expect(() => RolesAccepted(...([] as unknown as [string]))).toThrow(
      /RolesAccepted\(\) needs at least one role name; without one, it would refuse every user\.$/,
    );
    expect(() => RolesRequired({ superuser: false } as never)).toThrow(
      /RolesRequired\(\) needs at least one role name/,
    );
    for (const odd of ['', ' ', 'a\u0000b', 'x'.repeat(101), 7, null]) {
      expect(() => RolesAccepted(odd as string, 'analyst')).toThrow(
        /RolesAccepted\(\) names .*, which is not a valid role name\.$/,
      );
    }
    expect(() => RolesAccepted('analyst', { superusers: false } as never)).toThrow(
      /RolesAccepted\(\)\.superusers does not exist/,
    );
    expect(() => RolesAccepted('analyst', { superuser: 'false' } as never)).toThrow(
      /RolesAccepted\(\{ superuser \}\) must be true or false/,
    );
  });

  test('a guard without a role entity', async () => {
    @Controller()
    class Guarded {
      @Get()
      @UseGuards(RolesAccepted('analyst'))
      read(): void {}
    }
    expect(await refusal({}, [], [Guarded])).toMatch(
      /Roles\w+\(\) at Guarded\.read needs entities\.role, your entity that extends UuidRole or IntRole\.$/,
    );
    expect(await refusal({ roleManagement: {} })).toMatch(/roleManagement needs entities\.role/);
    await startModule(
      { entities: { user: Member, role: Role }, roleManagement: {} },
      [],
      [ReportsController],
    );
  });

  test('guards are told apart by name, and made once', () => {
    expect(RolesAccepted('a', 'b')).toBe(RolesAccepted('a', 'b'));
    expect(RolesAccepted('a', 'b')).not.toBe(RolesRequired('a', 'b'));
    expect(RolesAccepted('a').name).toBe('RolesAccepted(["a"])');
    expect(Superuser().name).toBe('Superuser()');
  });
});
