import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Patch,
  Post,
  UseGuards,
} from '@nestjs/common';
import {
  Authenticated,
  cookie,
  CurrentIdentity,
  CurrentUser,
  database,
  type Identity,
  Public,
  RolesAccepted,
  RolesRequired,
  Superuser,
  UsersService,
} from 'nestjs-users';
import { fakeCurrentUser, fakeGuard } from 'nestjs-users/testing';
import { of } from 'rxjs';
import { type HostOptions, onEachHost } from '../support/host.js';
import { Member, MemberSession, Role } from '../support/users.js';

@Controller('notes')
class NotesController {
  @Get()
  @UseGuards(Authenticated())
  list(@CurrentUser() user: object): object {
    return { user };
  }

  @Post()
  @UseGuards(Authenticated())
  write(): object {
    return {};
  }

  @Get('verified')
  @UseGuards(Authenticated({ verified: true }))
  verified(@CurrentUser() user: object): object {
    return { user };
  }

  @Get('optional')
  @UseGuards(Authenticated({ optional: true }))
  maybe(@CurrentUser() user: object | undefined): object {
    return { user: user ?? null };
  }

  @Get('everybody')
  @UseGuards(Superuser())
  everybody(@CurrentUser() user: object): object {
    return { user };
  }

  @Get('analysis')
  @UseGuards(RolesAccepted('analyst', 'auditor'))
  analysis(@CurrentIdentity() { user, backend, authenticatedAt }: Identity): object {
    return { user, backend: backend.name, isFresh: Math.abs(Date.now() / 1000 - authenticatedAt) < 10 };
  }

  @Get('audit')
  @UseGuards(RolesRequired('analyst', 'auditor'))
  audit(): object {
    return {};
  }

  @Get('unguarded')
  unguarded(@CurrentUser() user: object | undefined): object {
    return { user: user ?? null };
  }

  @Get('public')
  @Public()
  open(@CurrentUser() user: object | undefined): object {
    return { user: user ?? null };
  }
}

@Controller('web')
class WebController {
  @Get()
  @UseGuards(Authenticated({ backends: ['web'] }))
  read(@CurrentIdentity() { backend }: Identity): object {
    return { backend: backend.name };
  }
}

const HOST = { controllers: [NotesController] };
const ROLES = { user: Member, role: Role } as const;
const ada = { id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', email: 'ada@example.com', isVerified: true };
const root = { ...ada, isSuperuser: true };

const as = (who: Parameters<typeof fakeCurrentUser>[1], more: HostOptions = {}): HostOptions => ({
  ...ROLES,
  host: HOST,
  override: (builder) => fakeCurrentUser(builder, who),
  ...more,
});

onEachHost((boot) => {
  describe('fakeCurrentUser()', () => {
    test('lets every request pass as the user, without a row and without a credential', async () => {
      const { api, users } = await boot(as(ada));
      expect((await api.get('/notes').expect(200)).body).toEqual({ user: ada });
      expect((await api.get('/notes/optional').expect(200)).body).toEqual({ user: ada });
      expect((await api.get('/notes/verified').expect(200)).body).toEqual({ user: ada });
      await api.post('/notes').expect(201);
      expect(await users.count()).toBe(0);
    });

    test('every guard judges the user', async () => {
      const user = await boot(as(ada));
      await user.api.get('/notes/everybody').expect(403);
      await user.api.get('/notes/analysis').expect(403);
      const unverified = await boot(as({ ...ada, isVerified: false }));
      await unverified.api.get('/notes').expect(200);
      await unverified.api.get('/notes/verified').expect(403, /USER_NOT_VERIFIED/);
      const superuser = await boot(as(root));
      await superuser.api.get('/notes/everybody').expect(200);
      await superuser.api.get('/notes/audit').expect(200);
      const analyst = await boot(as({ ...ada, roles: [{ name: 'Analyst' }] }));
      const { body } = await analyst.api.get('/notes/analysis').expect(200);
      expect(body).toMatchObject({ user: ada, backend: 'jwt', isFresh: true });
      await analyst.api.get('/notes/audit').expect(403);
      const inactive = await boot(as({ ...ada, isActive: false }));
      await inactive.api.get('/notes').expect(401);
    });

    test('a function finds the user of each request, once', async () => {
      const asked: string[] = [];
      const find = ({ headers, url }: { headers: object; url: string }) => {
        asked.push(url);
        const { 'x-user': name } = headers as { 'x-user'?: string };
        return name === undefined ? undefined : { ...ada, email: `${name}@example.com` };
      };
      const { api } = await boot(as(find, { protectAll: true }));
      const { body } = await api.with({ 'x-user': 'bob' }).get('/notes').expect(200);
      expect(body).toMatchObject({ user: { email: 'bob@example.com' } });
      expect(asked).toHaveLength(1);
      await api.get('/notes').expect(401);
      expect((await api.get('/notes/optional').expect(200)).body).toEqual({ user: null });
    });

    test('protectAll lets the user in, and nobody else', async () => {
      const { api } = await boot(as(ada, { protectAll: true }));
      expect((await api.get('/notes/unguarded').expect(200)).body).toEqual({ user: ada });
      expect((await api.get('/notes/public').expect(200)).body).toEqual({ user: null });
      const nobody = await boot(as(() => undefined, { protectAll: true }));
      await nobody.api.get('/notes/unguarded').expect(401);
    });

    test('a guard that names its backends sees a login of one of them', async () => {
      const backends = [
        { name: 'app', transport: cookie({ name: 'app' }), strategy: database() },
        { name: 'web', transport: cookie(), strategy: database() },
      ];
      const { api } = await boot(
        as(ada, { backends, session: MemberSession, host: { controllers: [WebController] } }),
      );
      expect((await api.get('/web').expect(200)).body).toEqual({ backend: 'web' });
    });

    test('a stored user has the routes of the library', async () => {
      const stored: { user?: object } = {};
      const { api, service } = await boot(as(() => stored.user));
      stored.user = await service.addUser({ email: 'ada@example.com' }, { verify: true });
      expect((await api.get('/users/me').expect(200)).body).toMatchObject({ email: 'ada@example.com' });
      await api.patch('/users/me', { email: 'lovelace@example.com' }).expect(200);
      await api.get('/users').expect(403);
    });
  });

  describe('fakeGuard()', () => {
    const overriding = (guard: object, fake: CanActivate, more: HostOptions = {}): HostOptions => ({
      ...ROLES,
      host: HOST,
      override: (builder) => builder.overrideGuard(guard).useValue(fake),
      ...more,
    });

    test('lets the user in behind the guard that it replaces, and behind no other', async () => {
      const { api } = await boot(overriding(Superuser(), fakeGuard(ada)));
      expect((await api.get('/notes/everybody').expect(200)).body).toEqual({ user: ada });
      await api.get('/notes').expect(401);
      await api.get('/notes/verified').expect(401);
    });

    test('what a fake sets as request.user is the current user', async () => {
      const fake: CanActivate = {
        canActivate(context: ExecutionContext) {
          const request = context.switchToHttp().getRequest<{ headers: object; user?: object }>();
          if (!('x-in' in request.headers)) return false;
          request.user = ada;
          return true;
        },
      };
      const { api } = await boot(overriding(Authenticated(), fakeGuard(fake)));
      expect((await api.with({ 'x-in': '1' }).get('/notes').expect(200)).body).toEqual({ user: ada });
      await api.get('/notes').expect(403);
      const later = { canActivate: (context: ExecutionContext) => of(fake.canActivate(context) as boolean) };
      const observed = await boot(overriding(Authenticated(), fakeGuard(later)));
      expect((await observed.api.with({ 'x-in': '1' }).get('/notes').expect(200)).body).toEqual({
        user: ada,
      });
    });

    test('the guard of the whole application is a provider', async () => {
      const { api } = await boot({
        ...ROLES,
        host: HOST,
        protectAll: true,
        override: (builder) => builder.overrideProvider(Authenticated()).useValue(fakeGuard(ada)),
      });
      expect((await api.get('/notes/unguarded').expect(200)).body).toEqual({ user: ada });
      // The guard at the route itself is another one.
      await api.get('/notes').expect(401);
    });
  });

  describe('without the kit, request.user of other code is nobody', () => {
    /** As a strategy of Passport does. */
    class PassportGuard implements CanActivate {
      canActivate(context: ExecutionContext) {
        context.switchToHttp().getRequest<{ user?: object }>().user = root;
        return true;
      }
    }

    @Controller('passport')
    @UseGuards(PassportGuard)
    class PassportController {
      @Get()
      @Public()
      read(@CurrentUser() user: object | undefined, @CurrentIdentity() identity: object | undefined): object {
        return { user: user ?? null, identity: identity ?? null };
      }

      @Get('both')
      @UseGuards(Authenticated({ optional: true }))
      both(@CurrentUser() user: object | undefined): object {
        return { user: user ?? null };
      }

      @Patch('closed')
      @UseGuards(Superuser())
      closed(): object {
        return {};
      }
    }

    test.each([false, true])('in an application with protectAll: %s', async (protectAll) => {
      const { api } = await boot({ ...ROLES, protectAll, host: { controllers: [PassportController] } });
      expect((await api.get('/passport').expect(200)).body).toEqual({ user: null, identity: null });
      expect((await api.get('/passport/both').expect(200)).body).toEqual({ user: null });
      await api.patch('/passport/closed').expect(401);
    });

    test('also where a guard was replaced by a fake that did not pass the kit', async () => {
      const { api } = await boot({
        ...ROLES,
        host: HOST,
        override: (builder) => builder.overrideGuard(Authenticated()).useValue(new PassportGuard()),
      });
      expect((await api.get('/notes').expect(200)).body).toEqual({});
    });

    test('and a fake of one application is nobody in the next', async () => {
      await boot(as(root));
      await boot({
        ...ROLES,
        host: HOST,
        override: (b) => b.overrideGuard(Superuser()).useValue(fakeGuard(root)),
      });
      const { api, app } = await boot({ ...ROLES, host: HOST, fresh: true });
      await api.get('/notes').expect(401);
      await api.get('/notes/everybody').expect(401);
      expect(await (await app.resolve(UsersService)).findByEmail(ada.email)).toBeUndefined();
    });
  });
});
