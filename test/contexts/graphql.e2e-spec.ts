import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  Query as QueryOf,
  Req,
  Scope,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  Args,
  Context,
  Field,
  GqlExecutionContext,
  GraphQLSchemaHost,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { graphql } from 'graphql';
import jsonwebtoken from 'jsonwebtoken';
import { setTimeout } from 'node:timers/promises';
import {
  Authenticated,
  type BaseRole,
  type BaseUser,
  bearer,
  cookie,
  CurrentIdentity,
  CurrentUser,
  DatabaseError,
  type HttpRequest,
  type Identity,
  jwt,
  LoginService,
  Public,
  RolesAccepted,
  RolesService,
  type Strategy,
  Superuser,
  UserLoadOptions,
  UsersErrorsInterceptor,
  UsersService,
} from 'nestjs-users';
import type { Api } from '../support/api.js';
import { ask, type GraphqlAnswer, graphqlModule, GraphqlSocket, outcome } from '../support/graphql.js';
import { type Host, type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { travel } from '../support/time.js';
import { Member, Role, type User } from '../support/users.js';

@ObjectType()
class Person {
  @Field()
  email!: string;
}

@Resolver(() => Person)
class PeopleResolver {
  constructor(
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(LoginService) private readonly logins: LoginService,
  ) {}

  @Query(() => String)
  @Public()
  open(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @Query(() => String)
  plain(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }

  @Query(() => Person)
  @UseGuards(Authenticated())
  me(@CurrentUser() user: User): Person {
    return { email: user.email };
  }

  @Query(() => String)
  @UseGuards(Authenticated({ optional: true }))
  perhaps(@CurrentUser() user: User | undefined): string {
    return user?.email ?? 'nobody';
  }

  @Query(() => String)
  @UseGuards(Authenticated({ verified: true }))
  verified(@CurrentUser() user: User): string {
    return user.email;
  }

  @Query(() => String)
  @UseGuards(Authenticated({ verified: true, optional: true }))
  perhapsVerified(@CurrentUser() user: User | undefined): string {
    return user?.email ?? 'nobody';
  }

  @Query(() => String)
  @UseGuards(Superuser())
  root(@CurrentIdentity() { backend }: Identity): string {
    return backend.name;
  }

  @Query(() => [String])
  @UseGuards(Authenticated())
  @UserLoadOptions<Member>({ relations: { roles: true } })
  roles(@CurrentUser() user: Member): string[] {
    return user.roles.map(({ name }) => name);
  }

  @Query(() => String)
  @UseGuards(RolesAccepted('analyst'))
  report(@CurrentUser() user: Member): string {
    return user.roles.map(({ name }) => name).join();
  }

  @Mutation(() => String)
  @UseGuards(Authenticated())
  rename(@CurrentUser() user: User, @Args('name') name: string): string {
    return `${user.email} is ${name}`;
  }

  @Mutation(() => String)
  @UseGuards(Authenticated())
  @UseInterceptors(UsersErrorsInterceptor)
  async move(@CurrentUser() { id }: User, @Args('email') email: string): Promise<string> {
    return (await this.users.updateUser(id, { email })).email;
  }

  @Mutation(() => String)
  @UseGuards(Authenticated())
  async another(@CurrentUser() user: User, @Context() { req }: { req: HttpRequest }): Promise<string> {
    return (await this.logins.issueToken(user, { request: req })).token;
  }

  @Query(() => String)
  async byRequest(@Context() { req }: { req: { user?: User } }): Promise<string> {
    await setTimeout(20);
    return req.user?.email ?? 'nobody';
  }

  @Mutation(() => String)
  @UseInterceptors(UsersErrorsInterceptor)
  fail(@Args('by') by: string): string {
    throw by === 'host'
      ? new Error('said by the host')
      : new DatabaseError(new Error('no table secrets_of_host'));
  }

  @ResolveField(() => String)
  asked(@Parent() person: Person, @CurrentUser() user?: User): string {
    return `${person.email} for ${user?.email}`;
  }
}

@Resolver(() => Person)
class SecretsResolver {
  @ResolveField(() => String)
  @UseGuards(Superuser())
  secret(@CurrentUser() user: User): string {
    return `told to ${user.email}`;
  }
}

@Resolver()
class TwoResolver {
  @Query(() => String)
  @UseGuards(Authenticated({ backends: ['app'] }))
  byToken(@CurrentUser() user: User): string {
    return user.email;
  }

  @Query(() => String)
  @UseGuards(Authenticated({ backends: ['web'] }))
  byCookie(@CurrentUser() user: User): string {
    return user.email;
  }
}

@Injectable()
class FailingStrategy implements Strategy {
  issue = () => Promise.reject(new Error('not here'));
  identify = () => Promise.reject(new Error('the table secrets_of_host is missing'));
  revoke = () => Promise.resolve();
}

@Controller('by-get')
class ByGetController {
  constructor(@Inject(GraphQLSchemaHost) private readonly host: GraphQLSchemaHost) {}

  @Get()
  run(@Req() req: object, @QueryOf('query') source: string) {
    return graphql({ schema: this.host.schema, source, contextValue: { req } });
  }
}

/** Calls a guard of the library with the context that hosts make for GraphQL. */
@Injectable()
class Mine extends Authenticated() {}

@Injectable()
class Wrapping implements CanActivate {
  constructor(@Inject(Mine) private readonly inner: CanActivate) {}

  canActivate(context: ExecutionContext) {
    return this.inner.canActivate(GqlExecutionContext.create(context));
  }
}

@Resolver()
@Public()
class WrappedResolver {
  @Query(() => String)
  @UseGuards(Wrapping)
  wrapped(@CurrentUser() user?: User): string {
    return user?.email ?? 'nobody';
  }
}

onEachAdapter('sqlite', { takesLong: true }, (boot, adapter) => {
  const withGraphql = (options: HostOptions = {}): HostOptions => ({
    user: Member,
    role: Role,
    ...options,
    host: { imports: [graphqlModule(adapter)], providers: [PeopleResolver], controllers: [] },
  });
  const grant = async ({ app }: Host, user: BaseUser, name = 'analyst'): Promise<BaseRole> => {
    const roles = app.get(RolesService);
    const role = await roles.addRole({ name });
    await roles.assignRole(user, role);
    return role;
  };

  test('guards and decorators work at the fields of a query', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    const root = await host.login({ email: 'root@example.com', isSuperuser: true });

    const anonymous = await ask(host.api, '{ me { email } }');
    expect(outcome(anonymous)).toEqual(['UNAUTHENTICATED']);
    expect(anonymous.errors?.[0]).toMatchObject({
      message: 'You are not logged in.',
      extensions: { status: 401, detail: 'Unauthorized' },
    });
    expect(outcome(await ask(ada.api, '{ me { email asked } }'))).toEqual({
      me: { email: 'ada@example.com', asked: 'ada@example.com for ada@example.com' },
    });
    expect(outcome(await ask(ada.api, '{ root }'))).toEqual(['FORBIDDEN']);
    expect(outcome(await ask(root.api, '{ root }'))).toEqual({ root: 'jwt' });
    expect(outcome(await ask(host.api, '{ perhaps plain }'))).toEqual({ perhaps: 'nobody', plain: 'nobody' });
    expect(outcome(await ask(ada.api, '{ perhaps }'))).toEqual({ perhaps: 'ada@example.com' });
  });

  test('Apollo works on this adapter, too', async () => {
    const host = await boot({
      ...withGraphql({ protectAll: true }),
      host: { imports: [graphqlModule('express')], providers: [PeopleResolver] },
    });
    const ada = await host.login();
    expect(outcome(await ask(host.api, '{ plain }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await ask(ada.api, '{ plain me { asked } }'))).toEqual({
      plain: 'ada@example.com',
      me: { asked: 'ada@example.com for ada@example.com' },
    });
    expect(outcome(await ask(ada.api, '{ root }'))).toEqual(['FORBIDDEN']);
    const socket = new GraphqlSocket(host.api, { token: ada.token });
    expect(outcome(await socket.first('{ plain }'))).toEqual({ plain: 'ada@example.com' });
    await ada.api.post('/auth/jwt/logout').expect(204);
    expect(outcome(await socket.first('{ plain }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await ask(ada.api, '{ plain }'))).toEqual(['UNAUTHENTICATED']);
    await socket.close();
  });

  test('whom HTTP refuses, GraphQL refuses, with the same code in detail', async () => {
    const host = await boot(withGraphql({ requireVerification: true }));
    const ada = await host.login();
    const refused = async (api: Api, query: string) => {
      const { data, errors = [] } = await ask(api, query);
      expect(data ?? null).toBeNull();
      return errors.map(
        ({ extensions }) => `${extensions?.code} ${extensions?.status} ${String(extensions?.detail)}`,
      );
    };
    for (const api of [host.api, host.api.as('nonsense'), host.api.with({ authorization: 'Basic YTpi' })]) {
      expect(await refused(api, '{ me { email } }')).toEqual(['UNAUTHENTICATED 401 Unauthorized']);
    }
    expect(await refused(ada.api, '{ report }')).toEqual(['FORBIDDEN 403 Forbidden']);
    expect(await refused(ada.api, '{ root }')).toEqual(['FORBIDDEN 403 Forbidden']);

    await host.users.update({ id: ada.user.id as string }, { isVerified: false });
    expect(await refused(ada.api, '{ me { email } }')).toEqual(['FORBIDDEN 403 USER_NOT_VERIFIED']);
    expect(outcome(await ask(ada.api, '{ perhaps }'))).toEqual({ perhaps: 'nobody' });

    await host.users.update({ id: ada.user.id as string }, { isVerified: true, isActive: false });
    expect(await refused(ada.api, '{ me { email } }')).toEqual(['UNAUTHENTICATED 401 Unauthorized']);
  });

  test('a role is asked for at each operation, and a login that has ended is nobody’s', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    const role = await grant(host, ada.user);
    expect(outcome(await ask(ada.api, '{ report }'))).toEqual({ report: 'analyst' });
    await host.app.get(RolesService).revokeRole(ada.user, role);
    expect(outcome(await ask(ada.api, '{ report }'))).toEqual(['FORBIDDEN']);
    await ada.api.post('/auth/jwt/logout').expect(204);
    expect(outcome(await ask(ada.api, '{ me { email } }'))).toEqual(['UNAUTHENTICATED']);
    const again = host.api.as(await host.api.login('ada@example.com', PASSWORD));
    expect(outcome(await ask(again, '{ me { email } }'))).toMatchObject({ me: { email: 'ada@example.com' } });
    travel(3601);
    expect(outcome(await ask(again, '{ me { email } }'))).toEqual(['UNAUTHENTICATED']);
  });

  test('an operation asks once who is logged in, and once more for each other set of relations', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    await grant(host, ada.user);
    const statements = async (query: string): Promise<number> =>
      (
        await host.queries.during(async () => {
          const { errors } = await ask(ada.api, query);
          expect(errors).toBeUndefined();
        })
      ).length;
    const aliases = (field: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${field.slice(0, 2)}${index}: ${field}`).join(' ');
    expect(await statements('{ me { email } }')).toBe(1);
    expect(await statements(`{ ${aliases('me { email asked }', 50)} perhaps verified }`)).toBe(1);
    expect(await statements('{ roles report }')).toBe(1);
    expect(await statements(`{ ${aliases('me { email }', 5)} ${aliases('roles', 5)} report }`)).toBe(2);
    expect(outcome(await ask(ada.api, '{ me { email } roles report perhaps }'))).toEqual({
      me: { email: 'ada@example.com' },
      ...{ roles: ['analyst'], report: 'analyst', perhaps: 'ada@example.com' },
    });
    expect(await statements('mutation { a: rename(name: "x") b: rename(name: "y") }')).toBe(1);
  });

  test('the request has the user of the operation, and a token that it makes keeps the time of the login', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    expect(outcome(await ask(ada.api, '{ byRequest me { email } }'))).toMatchObject({
      byRequest: 'ada@example.com',
    });
    expect(outcome(await ask(ada.api, '{ byRequest }'))).toEqual({ byRequest: 'nobody' });
    const timeOf = (token: unknown) =>
      (jsonwebtoken.decode(String(token)) as { auth_time: number }).auth_time;
    travel(100);
    const { data } = await ask(ada.api, 'mutation { another }');
    host.scan.plantForLogs(data?.['another']);
    expect(timeOf(data?.['another'])).toBe(timeOf(ada.token));
  });

  test('operations of one HTTP request ask once', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    const batch = ['{ me { email } }', '{ perhaps }', '{ root }'].map((query) => ({ query }));
    const statements = await host.queries.during(async () => {
      const { body } = await ada.api.post('/graphql', batch).expect(200);
      expect((body as GraphqlAnswer[]).map(outcome)).toEqual([
        { me: { email: 'ada@example.com' } },
        { perhaps: 'ada@example.com' },
        ['FORBIDDEN'],
      ]);
    });
    expect(statements).toHaveLength(1);
  });

  test('what one field finds is no other field’s', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    await host.users.update({ id: ada.user.id as string }, { isVerified: false });
    for (let round = 0; round < 5; round++) {
      const { data, errors } = await ask(
        ada.api,
        '{ plain perhapsVerified me { asked } perhaps again: perhapsVerified }',
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        ...{ plain: 'nobody', perhapsVerified: 'nobody', again: 'nobody', perhaps: 'ada@example.com' },
        me: { asked: 'ada@example.com for ada@example.com' },
      });
    }
    const { data, errors } = await ask(ada.api, '{ verified }');
    expect([data ?? null, errors?.[0]?.extensions?.detail]).toEqual([null, 'USER_NOT_VERIFIED']);
  });

  test('protectAll guards every field except public ones, and shows the schema to everybody', async () => {
    const host = await boot(withGraphql({ protectAll: true }));
    expect(outcome(await ask(host.api, '{ open }'))).toEqual({ open: 'nobody' });
    expect(outcome(await ask(host.api, '{ perhaps }'))).toEqual({ perhaps: 'nobody' });
    expect(outcome(await ask(host.api, '{ plain }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await ask(host.api, '{ root }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await ask(host.api, 'mutation { rename(name: "x") }'))).toEqual(['UNAUTHENTICATED']);
    const { data } = await ask(host.api, '{ __schema { queryType { name } } __typename }');
    expect(data).toEqual({ __schema: { queryType: { name: 'Query' } }, __typename: 'Query' });
    const ada = await host.login();
    expect(outcome(await ask(ada.api, '{ plain }'))).toEqual({ plain: 'ada@example.com' });
    expect(outcome(await ask(ada.api, '{ open }'))).toEqual({ open: 'nobody' });
  });

  test('a guard of the whole application that is request-scoped holds for resolvers', async () => {
    const options = withGraphql();
    options.host?.providers?.push({ provide: APP_GUARD, useClass: Authenticated(), scope: Scope.REQUEST });
    const host = await boot(options);
    expect(outcome(await ask(host.api, '{ plain }'))).toEqual(['UNAUTHENTICATED']);
    expect(outcome(await ask(host.api, '{ open perhaps }'))).toEqual({ open: 'nobody', perhaps: 'nobody' });
    const ada = await host.login();
    expect(outcome(await ask(ada.api, '{ plain }'))).toEqual({ plain: 'ada@example.com' });
  });

  test('a guard that wraps one of ours gets its whole answer, also where that guards the application', async () => {
    for (const provider of [Mine, { provide: APP_GUARD, useExisting: Mine }]) {
      const options = withGraphql();
      options.host?.providers?.push(Mine, WrappedResolver, provider);
      const host = await boot(options);
      expect(outcome(await ask(host.api, '{ wrapped }'))).toEqual(['UNAUTHENTICATED']);
      const ada = await host.login();
      expect(outcome(await ask(ada.api, '{ wrapped }'))).toEqual({ wrapped: 'ada@example.com' });
    }
  });

  test('fields of objects are guarded where NestJS runs guards there', async () => {
    const host = await boot({
      ...withGraphql(),
      host: {
        imports: [graphqlModule(adapter, { fieldResolverEnhancers: ['guards'] })],
        providers: [PeopleResolver, SecretsResolver],
      },
    });
    const ada = await host.login();
    const root = await host.login({ email: 'root@example.com', isSuperuser: true });
    expect(outcome(await ask(ada.api, '{ me { email secret } }'))).toEqual(['FORBIDDEN']);
    expect(outcome(await ask(root.api, '{ me { secret asked } }'))).toEqual({
      me: { secret: 'told to root@example.com', asked: 'root@example.com for root@example.com' },
    });
  });

  test('a guard at a field of an object stops the boot where NestJS would not run it', async () => {
    @Resolver(() => Person)
    @UseGuards(RolesAccepted('analyst'))
    class AnalystsResolver {
      @ResolveField(() => String)
      analysis(): string {
        return 'none';
      }
    }
    const bootWith = (resolver: Type, options: object) =>
      boot({
        ...withGraphql({ role: Role, user: Member }),
        host: { imports: [graphqlModule(adapter, options)], providers: [PeopleResolver, resolver] },
      });
    await expect(bootWith(SecretsResolver, {})).rejects.toThrow(
      "nestjs-users: Superuser() at SecretsResolver.secret guards a field, where NestJS runs no guard; set fieldResolverEnhancers: ['guards'] in the options of GraphQLModule.",
    );
    await expect(bootWith(AnalystsResolver, { fieldResolverEnhancers: ['interceptors'] })).rejects.toThrow(
      /RolesAccepted\(\) at AnalystsResolver\.analysis guards a field/,
    );
  });

  describe('with a cookie', () => {
    const withCookie = (more: HostOptions = {}) =>
      withGraphql({
        backends: [
          { name: 'app', transport: bearer(), strategy: jwt() },
          {
            name: 'web',
            transport: cookie({ allowedOrigins: ['https://app.example.com'] }),
            strategy: jwt(),
          },
        ],
        ...more,
      });
    const PAGES: [string, Record<string, string>, 'passes' | 'refused'][] = [
      ['no browser', {}, 'passes'],
      ['the own page', { 'sec-fetch-site': 'same-origin' }, 'passes'],
      ['an allowed page', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }, 'passes'],
      ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'refused'],
      ['a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://sister.example.com' }, 'refused'],
      ['an older browser elsewhere', { origin: 'https://evil.example' }, 'refused'],
    ];

    test('a POST of another page is refused, whatever it asks for', async () => {
      const host = await boot(withCookie());
      await host.addUser();
      const browser = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      for (const [, headers, expected] of PAGES) {
        for (const query of ['{ me { email } }', '{ perhaps }', 'mutation { rename(name: "x") }']) {
          const { errors } = await ask(browser.with(headers), query);
          const details = errors?.map(({ extensions }) => [extensions?.code, extensions?.detail]);
          expect(details).toEqual(
            expected === 'passes' ? undefined : [['FORBIDDEN', 'CROSS_ORIGIN_REQUEST']],
          );
        }
      }
      const app = await host.api.loggedIn('ada@example.com', PASSWORD, 'app');
      const page = app.with({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' });
      expect(outcome(await ask(page, '{ perhaps }'))).toEqual({ perhaps: 'ada@example.com' });
    });

    test('a GET passes for a query and never changes anything', async () => {
      const host = await boot(withCookie());
      await host.addUser();
      const browser = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      const get = (query: string) =>
        browser
          .with({ 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' })
          .get(`/graphql?query=${encodeURIComponent(query)}`);
      const { body } = await get('{ perhaps }').expect(200);
      expect(outcome(body as GraphqlAnswer)).toEqual({ perhaps: 'ada@example.com' });
      const { status, text } = await get('mutation { rename(name: "x") }');
      expect([400, 405]).toContain(status);
      expect(text).not.toContain('is x');
    });

    test('a mutation is checked as such, also where a host executes it by GET', async () => {
      const options = withCookie();
      options.host?.controllers?.push(ByGetController);
      const host = await boot(options);
      await host.addUser();
      const browser = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      const page = browser.with({ 'sec-fetch-site': 'cross-site' });
      const run = async (api: Api, query: string) => {
        const { body } = await api.get(`/by-get?query=${encodeURIComponent(query)}`);
        return outcome(body as GraphqlAnswer);
      };
      expect(await run(page, 'mutation { rename(name: "x") }')).toEqual(['FORBIDDEN']);
      expect(await run(browser, 'mutation { rename(name: "x") }')).toEqual({
        rename: 'ada@example.com is x',
      });
      expect(await run(page, '{ perhaps }')).toEqual({ perhaps: 'ada@example.com' });
    });

    test('fields whose guards find different users refuse the operation', async () => {
      const options = withCookie();
      options.host?.providers?.push(TwoResolver);
      const host = await boot(options);
      await host.addUser();
      await host.addUser({ email: 'eve@example.com' });
      const browser = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      const both = browser.as(await host.api.login('eve@example.com', PASSWORD, 'app'));
      expect(outcome(await ask(both, '{ byToken }'))).toEqual({ byToken: 'eve@example.com' });
      expect(outcome(await ask(both, '{ byCookie }'))).toEqual({ byCookie: 'ada@example.com' });
      expect(outcome(await ask(both, '{ byToken byCookie }'))).toEqual(['UNAUTHENTICATED']);
    });

    test('a token of another backend is none', async () => {
      const host = await boot(withCookie());
      await host.addUser();
      const { headers } = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      const token = headers['cookie']?.replace(/^[^=]+=/, '') ?? '';
      expect(outcome(await ask(host.api.as(token), '{ me { email } }'))).toEqual(['UNAUTHENTICATED']);
    });
  });

  test('errors of the services are those of HTTP', async () => {
    const host = await boot(withGraphql());
    const ada = await host.login();
    await host.addUser({ email: 'eve@example.com' });
    const move = (email: string) => ask(ada.api, `mutation { move(email: "${email}") }`);
    expect((await move('eve@example.com')).errors).toMatchObject([
      {
        message: 'Another user has this e-mail address or identifier.',
        extensions: { code: 'BAD_REQUEST', detail: 'UPDATE_USER_EMAIL_ALREADY_EXISTS' },
      },
    ]);
    expect((await move('nonsense')).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', status: 422 } },
    ]);
    expect(outcome(await move('lovelace@example.com'))).toEqual({ move: 'lovelace@example.com' });
    const failed = await ask(ada.api, 'mutation { fail(by: "database") }');
    expect(outcome(failed)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(JSON.stringify(failed)).not.toContain('secrets_of_host');
    const own = await ask(ada.api, 'mutation { fail(by: "host") }');
    expect(own.errors?.[0]?.message).toBe('said by the host');
  });

  test('what goes wrong inside is in the log, and not in the answer', async () => {
    const host = await boot({
      ...withGraphql(),
      backends: [{ name: 'app', transport: bearer(), strategy: FailingStrategy }],
    });
    const answer = await ask(host.api.as('token'), '{ me { email } }');
    expect(outcome(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(answer.errors?.[0]?.message).toBe('Internal Server Error');
    expect(JSON.stringify(answer)).not.toContain('secrets_of_host');
    expect(host.scan.logLines.join()).toContain('secrets_of_host');
  });

  test('a context of the host’s own needs the request, and one of its own for each', async () => {
    const contexts: [unknown, string | undefined][] = [
      [
        (request: object) => ({ mine: true, ...(adapter === 'express' ? request : { req: request }) }),
        undefined,
      ],
      [
        () => ({ req: { of: 'the host' } }),
        adapter === 'express' ? 'holds no request; add it as req' : undefined,
      ],
      ...(adapter === 'fastify'
        ? [[{ mine: true }, 'is shared by several requests'] as [unknown, string]]
        : []),
    ];
    for (const [context, fault] of contexts) {
      const host = await boot({
        ...withGraphql(),
        host: { imports: [graphqlModule(adapter, { context } as never)], providers: [PeopleResolver] },
      });
      const ada = await host.login();
      await ask(ada.api, '{ perhaps }');
      for (const query of ['{ perhaps }', '{ me { email } }']) {
        const answer = await ask(ada.api, query);
        if (fault === undefined) expect(answer.errors).toBeUndefined();
        else expect(outcome(answer)).toEqual(['UNAUTHENTICATED']);
        expect(JSON.stringify(answer)).not.toContain('shared');
        if (fault !== undefined) expect(outcome(await ask(host.api, query))).toEqual(['UNAUTHENTICATED']);
      }
      if (fault !== undefined) {
        const told = host.scan.logLines.filter((line) => line.includes(fault));
        expect(told).toHaveLength(2);
        expect(told[0]).toContain('PeopleResolver.');
      }
    }
  });
});
