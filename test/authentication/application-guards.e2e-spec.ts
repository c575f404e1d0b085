import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  type ModuleMetadata,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, ContextIdFactory } from '@nestjs/core';
import { Authenticated, bearer, cookie, database, isPublic, jwt, Public, Superuser } from 'nestjs-users';
import { type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { Session } from '../support/users.js';

@Injectable()
class Mine extends Authenticated() {}

/** A guard of the host's that asks one of ours. */
@Injectable()
class Wrapping implements CanActivate {
  constructor(@Inject(Mine) private readonly inner: CanActivate) {}

  canActivate(context: ExecutionContext) {
    return this.inner.canActivate(context);
  }
}

@Controller()
class AppController {
  @Get('plain')
  plain(): object {
    return {};
  }

  @Get('public')
  @Public()
  open(): object {
    return {};
  }

  @Get('optional')
  @UseGuards(Authenticated({ optional: true }))
  optional(): object {
    return {};
  }
}

@Controller('wrapped')
@Public()
class WrappedController {
  @Get()
  @UseGuards(Wrapping)
  read(): object {
    return {};
  }
}

@Controller('wrapped-beside')
class BesideController {
  @Get()
  @UseGuards(Authenticated({ optional: true }), Wrapping)
  read(): object {
    return {};
  }
}

const CONTROLLERS = [AppController, WrappedController, BesideController];

onEachAdapter('sqlite', (boot) => {
  const withProviders = (...providers: NonNullable<ModuleMetadata['providers']>): HostOptions => ({
    host: { controllers: CONTROLLERS, providers: [Mine, ...providers] },
  });

  test('a guard that tells users apart asks so on every route, where others may be anonymous too', async () => {
    const host = await boot(withProviders({ provide: APP_GUARD, useClass: Superuser() }));
    const user = await host.login();
    const root = await host.login({ email: 'root@example.com', isSuperuser: true });
    await host.api.get('/optional').expect(401);
    await user.api.get('/optional').expect(403);
    await root.api.get('/optional').expect(200);
    await host.api.get('/public').expect(200);
  });

  test('a request with logins of two users is nobody’s where guards look at different backends', async () => {
    const strong = Authenticated({ backends: ['strong'] });
    @Controller('two')
    class TwoController {
      @Get('first')
      @UseGuards(strong, Superuser())
      first(): object {
        return {};
      }

      @Get('last')
      @UseGuards(Superuser(), strong)
      last(): object {
        return {};
      }
    }
    const host = await boot({
      host: { controllers: [TwoController] },
      userManagement: { guards: [strong] },
      currentUser: { guards: [strong] },
      backends: ['weak', 'strong'].map((name) => ({
        name,
        transport: name === 'weak' ? bearer() : cookie({ secure: false }),
        strategy: jwt(),
      })),
    });
    await host.addUser({ email: 'root@example.com', isSuperuser: true });
    await host.addUser();
    const weak = await host.api.loggedIn('root@example.com', PASSWORD, 'weak');
    const { headers } = await host.api.loggedIn('ada@example.com', PASSWORD, 'strong');
    const both = weak.with(headers);
    for (const path of ['/two/first', '/two/last', '/users', '/users/me']) await both.get(path).expect(401);
    const alone = await host.api.loggedIn('root@example.com', PASSWORD, 'strong');
    for (const path of ['/two/first', '/two/last', '/users', '/users/me']) await alone.get(path).expect(200);
  });

  test('a wrapping guard of the whole application that asks isPublic() first lets people log in', async () => {
    @Injectable()
    class Polite extends Wrapping {
      override canActivate(context: ExecutionContext) {
        return isPublic(context) || super.canActivate(context);
      }
    }
    const host = await boot(withProviders({ provide: APP_GUARD, useClass: Polite }));
    await host.api.get('/plain').expect(401);
    await host.api.get('/public').expect(200);
    const { api } = await host.login();
    await api.get('/plain').expect(200);
  });

  test.each<[string, HostOptions]>([
    ['useExisting', withProviders({ provide: APP_GUARD, useExisting: Mine })],
    ['a factory', withProviders({ provide: APP_GUARD, inject: [Mine], useFactory: (guard: Mine) => guard })],
    ['useGlobalGuards()', { ...withProviders(), prepare: (app) => app.useGlobalGuards(app.get(Mine)) }],
    ['protectAll', { ...withProviders(), protectAll: true }],
  ])(
    'an instance that guards the whole application by %s holds where a guard wraps it',
    async (_, options) => {
      const { api, login } = await boot(options);
      await api.get('/plain').expect(401);
      await api.get('/public').expect(200);
      await api.get('/optional').expect(200);
      await api.get('/wrapped').expect(401);
      await api.get('/wrapped-beside').expect(401);

      const ada = await login();
      for (const path of ['plain', 'public', 'optional', 'wrapped', 'wrapped-beside']) {
        await ada.api.get(`/${path}`).expect(200);
      }
    },
  );

  test('an instance that guards the whole application and one controller holds at that', async () => {
    @Controller('both')
    @Public()
    class BothController {
      @Get()
      read(): object {
        return {};
      }
    }
    const { api } = await boot({
      host: { controllers: [AppController, BothController], providers: [Mine] },
      prepare: (app) => {
        const mine = app.get<CanActivate>(Mine);
        app.useGlobalGuards(mine);
        const read = Object.getOwnPropertyDescriptor(BothController.prototype, 'read');
        UseGuards(mine)(BothController.prototype, 'read', read as PropertyDescriptor);
      },
    });
    await api.get('/public').expect(200);
    await api.get('/both').expect(401);
  });

  test('request-scoped, it knows where it stands', async () => {
    for (const guard of [Mine, Superuser(), class extends Superuser() {}]) {
      const { api, login } = await boot({
        host: {
          controllers: [AppController],
          providers: [{ provide: APP_GUARD, useClass: guard, scope: Scope.REQUEST }],
        },
      });
      const root = await login({ isSuperuser: true });
      await root.api.get('/plain').expect(200);
      await api.get('/plain').expect(401);
      await api.get('/public').expect(200);
      await api.post('/auth/register', { email: 'eve@example.com', password: PASSWORD }).expect(201);
    }
  });

  test('durable, it knows where it stands', async () => {
    const parent = ContextIdFactory.create();
    ContextIdFactory.apply({
      attach: (contextId) => ({
        resolve: ({ isTreeDurable }: { isTreeDurable: boolean }) => (isTreeDurable ? parent : contextId),
        payload: {},
      }),
    });
    try {
      const provider = { provide: APP_GUARD, useClass: Mine, scope: Scope.REQUEST, durable: true };
      const { api, login } = await boot({ host: { controllers: [AppController], providers: [provider] } });
      const ada = await login();
      for (const _ of [1, 2]) {
        await ada.api.get('/plain').expect(200);
        await api.get('/plain').expect(401);
        await api.get('/public').expect(200);
        await api.get('/optional').expect(200);
      }
    } finally {
      ContextIdFactory.apply(undefined as never);
    }
  });

  test('transient, it stops the boot', async () => {
    const provider = { provide: APP_GUARD, useClass: Mine, scope: Scope.TRANSIENT };
    await expect(boot({ host: { providers: [provider] } })).rejects.toThrow(
      /Authenticated\(\) guards the whole application and is transient; remove the scope of its provider\.$/,
    );
  });

  test('it asks for what all guards of a route ask for, and not for what one of them does', async () => {
    class Careless extends Authenticated() {
      override async canActivate() {
        return true;
      }
    }
    class CarelessOfUnverified extends Authenticated({ verified: false }) {
      override async canActivate() {
        return true;
      }
    }
    @Controller('mixed')
    class MixedController {
      @Get('optional')
      @UseGuards(Authenticated({ optional: true }), Careless)
      optional(): object {
        return {};
      }

      @Get('unverified')
      @UseGuards(CarelessOfUnverified, Careless)
      unverified(): object {
        return {};
      }

      @Get('each')
      @UseGuards(Authenticated({ optional: true }), CarelessOfUnverified)
      each(): object {
        return {};
      }
    }
    const { api, login, users } = await boot({
      protectAll: true,
      requireVerification: true,
      host: { controllers: [MixedController] },
    });
    const ada = await login();
    await users.update({ id: ada.user.id as string }, { isVerified: false });
    await api.get('/mixed/optional').expect(401);
    await api.get('/mixed/unverified').expect(401);
    await api.get('/mixed/each').expect(401);
    await ada.api.get('/mixed/optional').expect(403);
    await ada.api.get('/mixed/unverified').expect(403);
    await ada.api.get('/mixed/each').expect(200);
  });

  test('a credential that a route does not look at disturbs nobody', async () => {
    @Controller('by-header')
    class HeaderController {
      @Get()
      @UseGuards(Authenticated({ backends: ['app'] }))
      read(): object {
        return {};
      }
    }
    const { api, addUser, users } = await boot({
      protectAll: true,
      requireVerification: true,
      session: Session,
      backends: [
        { name: 'web', transport: cookie(), strategy: database() },
        { name: 'app', transport: bearer(), strategy: jwt() },
      ],
      host: { controllers: [HeaderController] },
    });
    const ada = await addUser();
    const eve = await addUser({ email: 'eve@example.com' });
    const browser = await api.loggedIn(eve.email, PASSWORD, 'web');
    await users.update({ id: eve.id as string }, { isVerified: false });
    const both = browser.as(await api.login(ada.email, PASSWORD, 'app'));

    await browser.get('/by-header').expect(401);
    await both.get('/by-header').expect(200);
    await both.with({ origin: 'https://evil.example.com' }).post('/auth/app/logout').expect(204);
    await both.get('/by-header').expect(401);
  });
});
