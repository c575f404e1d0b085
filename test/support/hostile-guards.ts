import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  mixin,
  type OnModuleInit,
  Scope,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { ModuleRef, Reflector, REQUEST } from '@nestjs/core';
import { Authenticated, Public, RolesAccepted, RolesRequired, Superuser } from 'nestjs-users';

type Guard = Type<CanActivate>;

/** Who asks: nobody, a user, one who is not verified, one with the role `helper`, a superuser. */
export const CALLERS = ['anonymous', 'user', 'unverified', 'helper', 'superuser'] as const;
export type Answers = readonly [
  anonymous: number,
  user: number,
  unverified: number,
  helper: number,
  superuser: number,
];

/** What a host with `requireVerification` answers who is merely logged in. */
export const LOGGED_IN: Answers = [401, 200, 403, 200, 200];

export interface GuardUnderTest {
  make: () => Guard;
  /** What it answers where it stands by itself. */
  answers: Answers;
  /** What is left of that where a subclass takes the decision out: whom the base identifies. */
  identifies?: Answers;
  authorizes?: boolean;
}

/** Every guard of the front door, by the name of its export. */
export const GUARDS: Record<string, GuardUnderTest[]> = {
  Authenticated: [
    { make: () => Authenticated(), answers: LOGGED_IN },
    { make: () => Authenticated({ optional: true }), answers: [200, 200, 200, 200, 200] },
    { make: () => Authenticated({ verified: false }), answers: [401, 200, 200, 200, 200] },
    { make: () => Authenticated({ verified: true }), answers: LOGGED_IN },
    { make: () => Authenticated({ backends: ['app'] }), answers: [401, 401, 401, 401, 401] },
    { make: () => Authenticated({ backends: () => undefined as never }), answers: [401, 401, 401, 401, 401] },
  ],
  Superuser: [
    { make: () => Superuser(), answers: [401, 403, 403, 403, 200], identifies: LOGGED_IN, authorizes: true },
  ],
  RolesAccepted: [
    {
      make: () => RolesAccepted('helper', 'other'),
      answers: [401, 403, 403, 200, 200],
      identifies: LOGGED_IN,
      authorizes: true,
    },
    {
      make: () => RolesAccepted('helper', { superuser: false }),
      answers: [401, 403, 403, 200, 403],
      identifies: LOGGED_IN,
      authorizes: true,
    },
  ],
  RolesRequired: [
    {
      make: () => RolesRequired('helper'),
      answers: [401, 403, 403, 200, 200],
      identifies: LOGGED_IN,
      authorizes: true,
    },
  ],
};

/** Ways to write a guard upon one of ours. Each refuses whom its base refuses, wherever it stands. */
export const WRITINGS: Record<string, (base: Guard) => Guard> = {
  itself: (base) => base,

  'a subclass': (base) => {
    class AuthGuard extends base {}
    return AuthGuard;
  },

  'a subclass that is injectable': (base) => {
    @Injectable()
    class AuthGuard extends base {}
    return AuthGuard;
  },

  'two levels deep': (base) => {
    class First extends base {}
    class Second extends First {}
    return Second;
  },

  'an override that calls super': (base) => {
    class AuthGuard extends base {
      override canActivate(context: ExecutionContext) {
        return super.canActivate(context);
      }
    }
    return AuthGuard;
  },

  'a class field that calls the override': (base) => {
    class AuthGuard extends base {
      override canActivate = (context: ExecutionContext) => super.canActivate(context);
    }
    return AuthGuard;
  },

  'a generic mixin': (base) => {
    const withAudit = (inner: Guard): Guard => {
      class Audited extends inner {}
      return mixin(Audited);
    };
    return withAudit(withAudit(base));
  },

  'a constructor and injected things of its own': (base) => {
    @Injectable()
    class AuthGuard extends base {
      @Inject(Reflector)
      readonly more!: Reflector;

      constructor(
        readonly reflector: Reflector,
        readonly modules: ModuleRef,
      ) {
        super();
      }

      override canActivate(context: ExecutionContext) {
        this.reflector.get('anything', context.getHandler());
        this.more.get('anything', context.getClass());
        return super.canActivate(context);
      }
    }
    return AuthGuard;
  },

  'members with the names of ours': (base) => {
    @Injectable()
    class AuthGuard extends base implements OnModuleInit {
      static options = { optional: true };
      readonly options = { optional: true, verified: false };
      readonly settings = {};
      readonly users = {};
      readonly authenticator = { identify: () => ({ user: {} }) };
      onModuleInit(): void {}
      authorize(): void {}
      identify() {
        return { user: {} };
      }
      isOpen = () => true;
      isPublic = () => true;
      isOpenTo = () => true;
    }
    return AuthGuard;
  },

  'request-scoped': (base) => {
    @Injectable({ scope: Scope.REQUEST })
    class AuthGuard extends base {}
    return AuthGuard;
  },

  'the request injected': (base) => {
    @Injectable({ scope: Scope.REQUEST })
    class AuthGuard extends base {
      constructor(@Inject(REQUEST) readonly request: object) {
        super();
      }
      override canActivate(context: ExecutionContext) {
        if (!this.request) throw new Error('No request');
        return super.canActivate(context);
      }
    }
    return AuthGuard;
  },

  'wrapped by a guard of the host’s own': (base) => {
    @Injectable()
    class Wrapping implements CanActivate, OnModuleInit {
      inner!: CanActivate;

      constructor(readonly modules: ModuleRef) {}

      async onModuleInit() {
        this.inner = await this.modules.create(base);
      }

      canActivate(context: ExecutionContext) {
        return this.inner.canActivate(context);
      }
    }
    return Wrapping;
  },
};

/** Ways that take the decision out of our hands. Alone they are the host's word; they open nothing that is ours. */
export const OVERRIDES: Record<string, (base: Guard) => Guard> = {
  'an override without super': (base) => {
    class AuthGuard extends base {
      override canActivate() {
        return true;
      }
    }
    return AuthGuard;
  },

  'a class field without super': (base) => {
    class AuthGuard extends base {
      override canActivate = () => true;
    }
    return AuthGuard;
  },

  'an override below an override': (base) => {
    class First extends base {
      override canActivate(context: ExecutionContext) {
        return super.canActivate(context);
      }
    }
    class Second extends First {
      override canActivate() {
        return true;
      }
    }
    return Second;
  },
};

/** Places where a guard stands at a route of the host's own. */
export const PLACES: Record<string, (path: string, guard: Guard) => Type> = {
  'a handler': (path, guard) => {
    @Controller(path)
    class HandlerController {
      @Get()
      @UseGuards(guard)
      read(): object {
        return {};
      }
    }
    return HandlerController;
  },

  'a controller': (path, guard) => {
    @Controller(path)
    @UseGuards(guard)
    class ClassController {
      @Get()
      read(): object {
        return {};
      }
    }
    return ClassController;
  },

  'a handler on a public controller': (path, guard) => {
    @Controller(path)
    @Public()
    class PublicController {
      @Get()
      @UseGuards(guard)
      read(): object {
        return {};
      }
    }
    return PublicController;
  },

  'a controller that extends a public one': (path, guard) => {
    @Public()
    class Base {}
    @Controller(path)
    @UseGuards(guard)
    class DerivedController extends Base {
      @Get()
      read(): object {
        return {};
      }
    }
    return DerivedController;
  },
};

/** Places where a guard contradicts `@Public()`. */
export const CONTRADICTIONS: Record<string, (guard: Guard) => Type> = {
  'both at a handler': (guard) => {
    @Controller('odd')
    class OddController {
      @Get()
      @Public()
      @UseGuards(guard)
      read(): void {}
    }
    return OddController;
  },

  'public at a handler, the guard at its controller': (guard) => {
    @Controller('odd')
    @UseGuards(guard)
    class OddController {
      @Get()
      @Public()
      read(): void {}
    }
    return OddController;
  },

  'both at a controller': (guard) => {
    @Controller('odd')
    @UseGuards(guard)
    @Public()
    class OddController {
      @Get()
      read(): void {}
    }
    return OddController;
  },

  'public below a base that is guarded': (guard) => {
    @UseGuards(guard)
    class Base {}
    @Controller('odd')
    @Public()
    class OddController extends Base {
      @Get()
      read(): void {}
    }
    return OddController;
  },
};
