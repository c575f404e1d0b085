import { type CanActivate, Controller, Get, Injectable, Scope, type Type, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  Authenticated,
  ConfigurationError,
  Public,
  RolesAccepted,
  RolesRequired,
  Superuser,
  UserLoadOptions,
} from 'nestjs-users';
import { refusal } from '../support/boot.js';
import { GUARDS } from '../support/hostile-guards.js';
import { Member, Role } from '../support/users.js';

const ENTITIES = { entities: { user: Member, role: Role } };

function guardedBy(...guards: (Type<CanActivate> | CanActivate)[]): Type {
  @Controller('guarded')
  class GuardedController {
    @Get()
    @UseGuards(...guards)
    read(): void {}
  }
  return GuardedController;
}

const FACTORIES = { Authenticated, Superuser, RolesAccepted, RolesRequired } as unknown as Record<
  string,
  Type<CanActivate>
>;

test('every guard of the front door is tried without its parentheses', () => {
  expect(Object.keys(FACTORIES).sort()).toEqual(Object.keys(GUARDS).sort());
});

describe.each(Object.keys(FACTORIES))('%s without its parentheses stops the boot', (name) => {
  const factory = FACTORIES[name];
  const lacks = (place: string) =>
    new RegExp(`^nestjs-users: ${name} ${place} lacks its parentheses; write ${name}\\(('a role')?\\)\\.$`);

  test('at a handler, and at a controller', async () => {
    @Controller()
    @UseGuards(factory)
    class Closed {}
    const atHandler = lacks('at GuardedController\\.read');
    expect(await refusal(ENTITIES, [], [guardedBy(factory)])).toMatch(atHandler);
    expect(await refusal(ENTITIES, [], [guardedBy(new factory())])).toMatch(atHandler);
    expect(await refusal(ENTITIES, [], [Closed])).toMatch(lacks('at Closed'));
  });

  test('as a guard of the whole application', async () => {
    const providers = [{ provide: APP_GUARD, useClass: factory }];
    const place = lacks('among the guards of the whole application');
    expect(await refusal({ ...ENTITIES, providers })).toMatch(place);
  });

  test.each(['auth', 'registration', 'currentUser', 'userManagement', 'roleManagement'])(
    'among the guards of %s',
    async (feature) => {
      const place = lacks(`in ${feature}\\.guards`);
      expect(await refusal({ ...ENTITIES, [feature]: { guards: [factory] } })).toMatch(place);
      if (!/Management/.test(feature)) return;
      expect(await refusal({ ...ENTITIES, [feature]: { authorizedBy: factory } })).toMatch(
        lacks(`in ${feature}\\.authorizedBy`),
      );
    },
  );

  test('where it is extended', async () => {
    class Mine extends factory {}
    expect(await refusal(ENTITIES, [], [guardedBy(Mine)])).toMatch(lacks('at GuardedController\\.read'));
  });
});

describe.each(Object.keys(GUARDS))('%s that the host made by new stops the boot', (name) => {
  const make = GUARDS[name]?.[0]?.make;
  const sentence = (place: string) =>
    new RegExp(
      `an instance of ${name}\\(\\) ${place} was created with new, so Nest could not inject its services; pass the class`,
    );

  test('at a handler, of a subclass too', async () => {
    class Mine extends make() {}
    const place = sentence('at GuardedController\\.read');
    expect(await refusal(ENTITIES, [], [guardedBy(new (make())())])).toMatch(place);
    expect(await refusal(ENTITIES, [], [guardedBy(new Mine())])).toMatch(place);
  });

  test('as a guard of the whole application', async () => {
    const providers = [{ provide: APP_GUARD, useFactory: () => new (make())() }];
    expect(await refusal({ ...ENTITIES, providers })).toMatch(
      sentence('among the guards of the whole application'),
    );
  });

  test('among the guards of a feature, and in authorizedBy', async () => {
    const guards = [new (make())()];
    for (const feature of ['registration', 'userManagement']) {
      expect(await refusal({ ...ENTITIES, [feature]: { guards } })).toMatch(
        sentence(`in ${feature}\\.guards`),
      );
    }
    expect(await refusal({ ...ENTITIES, userManagement: { authorizedBy: guards } })).toMatch(
      sentence('in userManagement\\.authorizedBy'),
    );
  });
});

test('@Public without its parentheses is told where it stands', () => {
  const Bare = Public as unknown as ClassDecorator & MethodDecorator;
  expect(() => {
    @Bare
    class Open {}
    return Open;
  }).toThrow(/@Public at Open lacks its parentheses; write @Public\(\)\.$/);
  expect(() => {
    class Open {
      @Bare
      read(): void {}
    }
    return Open;
  }).toThrow(/@Public at Open\.read lacks its parentheses/);
});

test('@UserLoadOptions without its parentheses, or with something else between them', () => {
  const Bare = UserLoadOptions as unknown as ClassDecorator & MethodDecorator;
  expect(() => {
    @Bare
    class Open {}
    return Open;
  }).toThrow(
    /@UserLoadOptions at Open lacks its parentheses; write @UserLoadOptions\(\{ relations: \{ … \} \}\)\.$/,
  );
  for (const given of [undefined, null, ['roles'], 'roles']) {
    expect(() => UserLoadOptions(given as never)).toThrow(/@UserLoadOptions has the wrong arguments; write/);
  }
});

describe('a call of a guard that can’t be right tells where it stands', () => {
  test.each([
    [
      () => RolesAccepted(['admin', 'analyst'] as never),
      /takes the names of roles as separate arguments, .*; write RolesAccepted\('admin', …\)\.$/,
    ],
    [
      () => RolesRequired('admin', ['analyst'] as never),
      /RolesRequired\(\) takes the names of roles as separate arguments/,
    ],
    [
      () => RolesAccepted([] as never),
      /takes the names of roles as separate arguments, not as a list; write RolesAccepted\('a role', …\)/,
    ],
    [
      () => (RolesAccepted as () => unknown)(),
      /RolesAccepted\(\) needs at least one role name; without one, it would refuse every user\.$/,
    ],
    [() => RolesAccepted({} as never), /RolesAccepted\(\) needs at least one role name/],
    ...['', ' ', 7, null, undefined, Role, { superuser: false }].map((name) => [
      () => RolesAccepted(name as never, 'admin'),
      /RolesAccepted\(\) names .*, which is not a valid role name\.$/,
    ]),
    [
      () => RolesAccepted('admin', null as never),
      /RolesAccepted\(\) names null, which is not a valid role name/,
    ],
    [
      () => RolesAccepted('admin', { super: 1 } as never),
      /the option RolesAccepted\(\)\.super does not exist/,
    ],
    [
      () => Authenticated('jwt' as never),
      /Authenticated\(\) takes an object of options, such as \{ optional: true \}/,
    ],
    [() => Authenticated(['jwt'] as never), /Authenticated\(\) takes an object of options/],
    [() => Authenticated(null as never), /Authenticated\(\) takes an object of options/],
    [() => Authenticated({ backends: [] }), /Authenticated\(\{ backends \}\) must be a list of names/],
    [
      () => Authenticated({ backends: [1] as never }),
      /Authenticated\(\{ backends \}\) must be a list of names/,
    ],
    [() => Superuser('admin' as never), /Superuser\(\) takes no arguments; leave its parentheses empty\.$/],
  ] as [() => unknown, RegExp][])('%#', (call, sentence) => {
    const error = faultOf(call);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(sentence);
    const [, first] = error.stack?.split('\n') ?? [];
    expect(first).toMatch(/guards\.spec\.ts/);
  });
});

function faultOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
}

test.each([
  [{ guards: Superuser() }, /auth\.guards must be a list of guards\.$/],
  [{ guards: ['admin'] }, /auth\.guards must be a list of guards\.$/],
  [{ guards: [RolesAccepted('admin')] }, /RolesAccepted\(\) in auth\.guards needs entities\.role/],
  [
    { guards: [Authenticated({ backends: ['web'] })] },
    /Authenticated\(\{ backends \}\) in auth\.guards names web; the backends are jwt/,
  ],
  [{ decorators: Public }, /auth\.decorators must be a list of class decorators\.$/],
  [{ decorators: ['Public'] }, /auth\.decorators must be a list of class decorators\.$/],
])('what a feature’s option lists: %#', async (auth, sentence) => {
  expect(await refusal({ auth })).toMatch(sentence);
});

test.each([
  [{ optional: 'false' }, /Authenticated\(\{ optional \}\) must be true or false\.$/],
  [{ verified: 'true' }, /Authenticated\(\{ verified \}\) must be true or false\.$/],
  [
    { backends: 'jwt' },
    /Authenticated\(\{ backends \}\) must be a list of names, or a function that returns one\.$/,
  ],
])('Authenticated(%j) is refused', (options, sentence) => {
  expect(() => Authenticated(options as never)).toThrow(sentence);
});

test('an option without a value is none', () => {
  expect(Authenticated({ verified: undefined })).toBe(Authenticated());
});

test('what a request-scoped guard names must be there, too', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Elsewhere extends Authenticated({ backends: ['web'] }) {}
  @Injectable({ scope: Scope.REQUEST })
  class Analysts extends RolesAccepted('analyst') {
    onModuleInit(): void {}
  }
  expect(await refusal({}, [], [guardedBy(Elsewhere)])).toMatch(
    /Authenticated\(\{ backends \}\) at GuardedController\.read names web; the backends are jwt\.$/,
  );
  expect(await refusal({}, [], [guardedBy(Analysts)])).toMatch(
    /RolesAccepted\(\) at GuardedController\.read needs entities\.role/,
  );
});

class Own implements CanActivate {
  canActivate = () => true;
}

test.each([
  [[], /userManagement\.authorizedBy is empty; name a guard, or leave the option out\.$/],
  ['Own', /userManagement\.authorizedBy must be a guard, or a list of guards\.$/],
  [[Own, undefined], /userManagement\.authorizedBy must be a guard, or a list of guards\.$/],
  [
    Authenticated(),
    /authorizedBy names Authenticated\(\), which lets in every user; name a guard that checks a right, such as a role\.$/,
  ],
  [[class extends Authenticated() {}], /authorizedBy names Authenticated\(\)/],
])('authorizedBy %#', async (authorizedBy, sentence) => {
  expect(await refusal({ userManagement: { authorizedBy } })).toMatch(sentence);
  expect(await refusal({ ...ENTITIES, roleManagement: { authorizedBy } })).toMatch(
    new RegExp(sentence.source.replace('userManagement', 'roleManagement')),
  );
});
