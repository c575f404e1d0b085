import { type CanActivate, Controller, Get, Module, type Scope, type Type, UseGuards } from '@nestjs/common';
import { APP_GUARD, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { bearer, jwt, Public, RolesService } from 'nestjs-users';
import ts from 'typescript';
import { Authenticator } from '../../lib/authentication/authenticator.js';
import { guardsAt, ruleOf } from '../../lib/authentication/guard-rule.js';
import { isPublicAt } from '../../lib/authentication/public.decorator.js';
import { FEATURES } from '../../lib/module/features.js';
import { openFrontDoors } from '../house/front-door.js';
import { refusal } from '../support/boot.js';
import { type Host, type HostOptions, onEachAdapter } from '../support/host.js';
import {
  type Answers,
  CALLERS,
  CONTRADICTIONS,
  GUARDS,
  type GuardUnderTest,
  LOGGED_IN,
  OVERRIDES,
  PLACES,
  WRITINGS,
} from '../support/hostile-guards.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { MemberOAuthAccount, OneTimeToken } from '../support/oauth2-entities.js';
import { Member, MemberSession, Role } from '../support/users.js';

type Guard = Type<CanActivate>;

const guardsOf = (name: string) => GUARDS[name];
const firstOf = (name: string) => guardsOf(name)[0];
const ALL_GUARDS = Object.values(GUARDS).flat();
const ALL_WRITINGS = { ...WRITINGS, ...OVERRIDES };

/** A host with everything, in which a user who is not verified holds a token. */
const OPTIONS: HostOptions = {
  user: Member,
  role: Role,
  session: MemberSession,
  ...withProviders([nowhere('acme')]),
  oauthAccount: MemberOAuthAccount,
  oneTimeToken: OneTimeToken,
  requireVerification: true,
  backends: ['jwt', 'app'].map((name) => ({ name, transport: bearer(), strategy: jwt() })),
  roleManagement: {},
};

/** Clients of all callers. Their tokens are made without a route: a host may have closed the login. */
async function callers({ app, api, addUser }: Host): Promise<Host['api'][]> {
  const roles = app.get(RolesService);
  const authenticator = app.get(Authenticator, { strict: false });
  const clients = [api];
  for (const name of CALLERS.slice(1)) {
    const user = await addUser({
      email: `${name}@example.com`,
      isVerified: name !== 'unverified',
      isSuperuser: name === 'superuser',
    });
    if (name === 'helper') await roles.assignRole(user.id, (await roles.addRole({ name })).id);
    const login = { authenticatedAt: Math.floor(Date.now() / 1000) };
    const { token } = await authenticator.backend('jwt').strategy.issue(user, login);
    clients.push(api.as(token));
  }
  return clients;
}

interface Route {
  method: 'get' | 'post';
  path: string;
  /** What it answers without a guard of the host's. */
  own: Answers;
}

const open = (path: string): Route => ({ method: 'post', path, own: [422, 422, 422, 422, 422] });
const own = (path: string): Route => ({ method: 'get', path, own: LOGGED_IN });
const administration = (path: string): Route => ({ method: 'get', path, own: [401, 403, 403, 403, 200] });

/** A route of each feature, by the key of the feature. A new feature fails the first test until it is here. */
const ROUTES: Record<string, Route[]> = {
  auth: [open('/auth/jwt/login')],
  registration: [open('/auth/register')],
  verification: [open('/auth/verify')],
  passwordReset: [open('/auth/reset-password')],
  oauth2: [open('/auth/acme/token'), own('/users/me/oauth-accounts')],
  currentUser: [own('/users/me'), own('/users/me/sessions')],
  roleManagement: [administration('/users/roles')],
  userManagement: [administration('/users')],
};

const statuses = (clients: Host['api'][], { method, path }: Pick<Route, 'method' | 'path'>) =>
  Promise.all(
    clients.map(async (client) => (await client[method](path, method === 'post' ? {} : undefined)).status),
  );

/** Who the first refuses never comes to the next. */
const inTurn = (...guards: Answers[]): number[] =>
  CALLERS.map((_, index) => guards.map((each) => each[index]).find((each) => each !== 200) ?? 200);

const isPublic = (place: string) => place.includes('public');
const EVERYBODY: Answers = [200, 200, 200, 200, 200];
const isOpen = ({ own: [anonymous] }: Route) => anonymous === 422;

test('every guard of the front door, and every feature, goes through these tests', () => {
  const guards = openFrontDoors()
    // A fake of the kit for tests guards nothing.
    .filter(({ specifier }) => specifier !== 'nestjs-users/testing')
    .flatMap(({ names }) => names)
    .filter(({ symbol }) =>
      (symbol.declarations ?? []).some(
        (each) =>
          !ts.isInterfaceDeclaration(each) &&
          /CanActivate|AuthenticatingGuard|UsersGuard/.test(each.getText()),
      ),
    );
  expect(guards.map(({ name }) => name)).toEqual(Object.keys(GUARDS).sort());
  expect(Object.keys(ROUTES).sort()).toEqual(FEATURES.map(({ key }) => key).sort());
});

describe.each(Object.keys(CONTRADICTIONS))('%s', (place) => {
  const odd = CONTRADICTIONS[place] as (guard: Guard) => Type;

  test.each(Object.keys(GUARDS))('%s stops the boot, and so does a subclass', async (name) => {
    for (const { make, answers } of guardsOf(name)) {
      const entities = { user: Member, role: Role };
      for (const writing of ['itself', 'a subclass', 'request-scoped']) {
        const guard = ALL_WRITINGS[writing]?.(make());
        const backends = OPTIONS.backends;
        const outcome = refusal({ entities, backends }, [], [odd(guard)]);
        // oxlint-disable-next-line jest/no-conditional-expect -- an optional guard contradicts nothing
        if (answers[0] === 200) await expect(outcome).rejects.toThrow(/toBeInstanceOf/);
        // oxlint-disable-next-line jest/no-conditional-expect -- as above
        else expect(await outcome).toMatch(/^nestjs-users: OddController(\.read)? is @Public\(\), but /);
      }
    }
  });
});

onEachAdapter('sqlite', (boot, adapter, _database, profile) => {
  /** Each writing boots hosts of its own, so each of the four hosts has a quarter of them. */
  const turn = (adapter === 'express' ? 0 : 1) + (profile === 'plain' ? 0 : 2);
  const byTurns = (writings: string[]) => {
    const turns = Math.min(4, writings.length);
    return writings.filter((_, index) => index % turns === turn % turns);
  };

  /** One host with a controller for each guard, writing and place, and what all of them answer. */
  async function answersAt(writings: typeof WRITINGS, options: HostOptions): Promise<Map<string, unknown>> {
    const routes = ALL_GUARDS.flatMap((guard, index) =>
      Object.keys(writings).flatMap((writing) =>
        Object.keys(PLACES).map((place) => ({ guard, index, writing, place })),
      ),
    );
    const controllers = routes.map(({ guard, writing, place }, index) =>
      PLACES[place]?.(`r${index}`, writings[writing]?.(guard.make())),
    );
    const half = Math.ceil(controllers.length / 2);
    @Module({ controllers: controllers.slice(half) })
    class OtherModule {}
    const host = await boot({
      ...OPTIONS,
      ...options,
      host: { controllers: controllers.slice(0, half), imports: [OtherModule] },
    });
    const clients = await callers(host);
    const answers = new Map<string, unknown>();
    for (const [index, { guard, index: number, writing, place }] of routes.entries()) {
      const found = await statuses(clients, { method: 'get', path: `/r${index}` });
      answers.set(`${guard.make().name} #${number}, ${writing}, at ${place}`, found);
    }
    return answers;
  }

  const wanted = (
    writings: typeof WRITINGS,
    answer: (guard: GuardUnderTest, place: string, writing: string) => readonly number[],
  ): Map<string, unknown> =>
    new Map(
      ALL_GUARDS.flatMap((guard, index) =>
        Object.keys(writings).flatMap((writing) =>
          Object.keys(PLACES).map((place): [string, unknown] => [
            `${guard.make().name} #${index}, ${writing}, at ${place}`,
            answer(guard, place, writing),
          ]),
        ),
      ),
    );

  // A guard of the whole application, or none, by turns: there are hundreds of places and writings.
  test.each([turn === 0 || turn === 3])(
    'however a guard is written and wherever it stands, it refuses whom its base refuses (protectAll: %s)',
    async (protectAll) => {
      const found = await answersAt(WRITINGS, { protectAll });
      expect(found).toEqual(
        wanted(WRITINGS, ({ answers }, place, writing) => {
          // Nobody sees which guard is wrapped: the plain guard of the application asks as ever.
          const isUnseen = protectAll && writing.startsWith('wrapped') && !isPublic(place);
          return isUnseen ? inTurn(LOGGED_IN, answers) : answers;
        }),
      );
    },
  );

  test('an override without super opens no route of an application that is guarded as a whole', async () => {
    const found = await answersAt(OVERRIDES, { protectAll: true });
    expect(found).toEqual(
      wanted(OVERRIDES, ({ answers, identifies = answers }, place) =>
        isPublic(place) ? EVERYBODY : identifies,
      ),
    );
  });

  describe.each(Object.keys(GUARDS))('%s', (name) => {
    test.each(byTurns(Object.keys(WRITINGS)))('guards the whole application: %s', async (writing) => {
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
      }
      const { make, answers } = firstOf(name);
      const guard = WRITINGS[writing]?.(make());
      const { scope } = Object(Reflect.getMetadata('scope:options', guard)) as { scope?: Scope };
      @Module({ providers: [{ provide: APP_GUARD, useClass: guard, ...(scope !== undefined && { scope }) }] })
      class GuardModule {}
      const host = await boot({
        ...OPTIONS,
        host: { imports: [GuardModule], controllers: [AppController] },
      });
      const clients = await callers(host);
      expect(await statuses(clients, { method: 'get', path: '/plain' })).toEqual(answers);
      // What wraps one of ours is the host's own: @Public() means nothing to it.
      const isWrapped = writing.startsWith('wrapped');
      expect(await statuses(clients, { method: 'get', path: '/public' })).toEqual(
        isWrapped ? answers : EVERYBODY,
      );
      expect(await statuses(clients, open('/auth/register'))).toEqual(
        answers.map((answer) => (isWrapped && answer !== 200 ? answer : 422)),
      );
    });

    test.each(byTurns(Object.keys(ALL_WRITINGS)))(
      'comes on top of what a feature asks for: %s',
      async (writing) => {
        for (const [index, guard] of guardsOf(name).slice(0, 2).entries()) {
          const written = ALL_WRITINGS[writing]?.(guard.make());
          const isDecorator = index % 2 === 1;
          const options = isDecorator ? { decorators: [UseGuards(written)] } : { guards: [written] };
          const authorizes = !isDecorator && guard.authorizes === true && ruleOf(written) !== undefined;
          await expectFeatures({ ...guard, authorizes }, options, true);
        }
      },
    );

    test.each(byTurns(['a subclass', 'an override without super']))(
      'comes on top as a decorator, beside @Public(): %s',
      async (writing) => {
        const { make, answers } = firstOf(name);
        const written = ALL_WRITINGS[writing]?.(make());
        const decorators = [Public(), UseGuards(written)];
        await expectFeatures({ make, answers }, { decorators }, true);
        await expectFeatures({ make, answers }, { decorators }, false);
      },
    );
  });

  async function expectFeatures(
    guard: GuardUnderTest,
    options: { guards?: Guard[]; decorators?: ClassDecorator[] },
    protectAll: boolean,
  ): Promise<void> {
    const keys = Object.keys(ROUTES).filter((key) => key !== 'oauth2');
    const host = await boot({
      ...OPTIONS,
      ...withProviders([nowhere('acme')], options),
      oauthAccount: MemberOAuthAccount,
      ...Object.fromEntries(keys.map((key) => [key, options])),
      protectAll,
    });
    const clients = await callers(host);
    for (const [key, routes] of Object.entries(ROUTES)) {
      for (const route of routes) {
        const found = await statuses(clients, route);
        const first = protectAll && !isOpen(route) ? LOGGED_IN : EVERYBODY;
        const mayAll = key.endsWith('Management') && guard.authorizes;
        const right = inTurn(first, guard.answers, mayAll ? LOGGED_IN : route.own);
        expect({ path: route.path, found }).toEqual({ path: route.path, found: right });
      }
    }
  }

  test('every route of ours is public, or authenticates by itself', async () => {
    const { app } = await boot({ ...OPTIONS, currentUser: { deletion: true } });
    const plan = [...app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
      Array.from(controllers.values()),
    );
    const bare = plan.flatMap(({ metatype }) => {
      const { prototype, name } = metatype as Type & { prototype: Record<string, object> };
      return new MetadataScanner()
        .getAllMethodNames(prototype)
        .filter((method) => Reflect.hasMetadata('path', prototype[method] as object))
        .filter((method) => {
          const handler = prototype[method] as object;
          const rules = [handler, metatype as object].flatMap(guardsAt).flatMap((each) => ruleOf(each) ?? []);
          return isPublicAt(handler) === rules.some(({ options }) => !options.optional);
        })
        .map((method) => `${name}.${method}`);
    });
    expect(plan.length).toBeGreaterThan(12);
    expect(bare).toEqual([]);
  });
});
