import { Inject, Injectable, Module, Scope, type Type } from '@nestjs/common';
import {
  type ContextId,
  ContextIdFactory,
  type ContextIdStrategy,
  ModulesContainer,
  REQUEST,
} from '@nestjs/core';
import {
  Authenticated,
  type BaseUser,
  bearer,
  jwt,
  redis as redisStrategy,
  RolesAccepted,
  Superuser,
  UsersModule,
  UsersRepository,
  UsersService,
  UuidUser,
} from 'nestjs-users';
import { Column, Entity } from 'typeorm';
import { GuardTools } from '../../lib/authentication/guard-tools.js';
import { MailingService, refusal } from '../support/boot.js';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type Host, type HostOptions, onEachAdapter, PASSWORD, SECRET } from '../support/host.js';
import { BEARER, nowhere, withProviders } from '../support/oauth2.js';
import { AppUsersService, Outbox } from '../support/outbox.js';
import { User } from '../support/users.js';

@Entity('named_user')
class NamedUser extends UuidUser {
  @Column({ type: 'varchar', length: 100 })
  name!: string;
}

@Injectable({ scope: Scope.REQUEST })
class Tenant {}

@Module({ providers: [Tenant], exports: [Tenant] })
class TenantModule {}

interface Call {
  hook: string;
  /** The request that was injected into the instance whose hook ran. */
  url: string | undefined;
}

/** A host's service that each request has one of its own of, and which notes its hooks with its request. */
function noting(calls: Call[], options: { scope?: Scope; durable?: boolean }): Type<UsersService> {
  @Injectable(options)
  class ScopedUsersService extends AppUsersService {
    constructor(
      outbox: Outbox,
      @Inject(REQUEST) private readonly own: { url?: string; originalUrl?: string } | undefined,
    ) {
      super(outbox);
    }

    private note(hook: string) {
      calls.push({ hook, url: this.own?.originalUrl ?? this.own?.url });
    }

    override sendVerificationToken(user: BaseUser, token: string) {
      this.note('sendVerificationToken');
      return super.sendVerificationToken(user, token);
    }

    override sendPasswordResetToken(user: BaseUser, token: string) {
      this.note('sendPasswordResetToken');
      return super.sendPasswordResetToken(user, token);
    }

    override preRegistrationHook = () => this.note('preRegistrationHook');
    override postRegistrationHook = () => this.note('postRegistrationHook');
    override preLoginHook = () => this.note('preLoginHook');
    override postLoginHook = () => this.note('postLoginHook');
    override postLogoutHook = () => this.note('postLogoutHook');
    override postVerificationHook = () => this.note('postVerificationHook');
    override postPasswordResetHook = () => this.note('postPasswordResetHook');
    override preUpdateHook = () => this.note('preUpdateHook');
    override postUpdateHook = () => this.note('postUpdateHook');
    override preDeleteHook = () => this.note('preDeleteHook');
    override postDeleteHook = () => this.note('postDeleteHook');
    override validatePassword = () => this.note('validatePassword');
  }
  return ScopedUsersService;
}

const scopedHost = (calls: Call[], options: { scope?: Scope; durable?: boolean }): HostOptions => ({
  ...BEARER,
  ...withProviders([nowhere('acme')]),
  providers: [{ provide: UsersService, useClass: noting(calls, options) }],
  currentUser: { emailChange: 'immediate' },
});

onEachAdapter('sqlite', (boot) => {
  test.each([
    ['Scope.REQUEST', { scope: Scope.REQUEST }],
    ['the request injected', {}],
  ])('a service by %s has its hooks called, each on the instance of its request', async (_, options) => {
    const calls: Call[] = [];
    const host = await boot(scopedHost(calls, options));
    const { api, outbox, settled, users } = host;
    const ada = { email: 'ada@example.com', password: PASSWORD };
    const during = async (work: () => Promise<unknown>): Promise<Record<string, string | undefined>> => {
      calls.length = 0;
      await work();
      await settled();
      return Object.fromEntries(calls.map(({ hook, url }) => [hook, url]));
    };
    const at = (url: string, ...hooks: string[]) => Object.fromEntries(hooks.map((hook) => [hook, url]));

    expect(await during(() => api.post('/auth/register', ada).expect(201))).toEqual(
      at('/auth/register', 'validatePassword', 'preRegistrationHook', 'postRegistrationHook'),
    );
    const { email } = ada;
    const asked = () => api.post('/auth/request-verify-token', { email }).expect(202);
    expect(await during(asked)).toEqual(at('/auth/request-verify-token', 'sendVerificationToken'));
    const { token: verification } = outbox.last();
    expect(await during(() => api.post('/auth/verify', { token: verification }).expect(200))).toEqual(
      at('/auth/verify', 'postVerificationHook'),
    );
    const login = () => api.post('/auth/jwt/login', ada).expect(200);
    expect(await during(login)).toEqual(at('/auth/jwt/login', 'preLoginHook', 'postLoginHook'));
    const client = api.as(await api.login(email, PASSWORD));
    await client.get('/users/me').expect(200);
    expect(await during(() => client.patch('/users/me', { email: 'ada@example.org' }).expect(200))).toEqual(
      at('/users/me', 'preUpdateHook', 'postUpdateHook'),
    );
    const forgot = () => api.post('/auth/forgot-password', { email: 'ada@example.org' }).expect(202);
    expect(await during(forgot)).toEqual(at('/auth/forgot-password', 'sendPasswordResetToken'));
    const reset = { token: outbox.last().token, password: 'another password' };
    expect(await during(() => api.post('/auth/reset-password', reset).expect(200))).toEqual(
      at('/auth/reset-password', 'validatePassword', 'postPasswordResetHook'),
    );
    await client.get('/users/me').expect(401);
    const again = api.as(await api.login('ada@example.org', 'another password'));
    expect(await during(() => again.post('/auth/jwt/logout').expect(204))).toEqual(
      at('/auth/jwt/logout', 'postLogoutHook'),
    );

    const root = await host.login({ email: 'root@example.com', isSuperuser: true });
    const { id } = await users.findOneByOrFail({ email: 'ada@example.org' });
    const path = `/users/${id as string}`;
    expect(await during(() => root.api.patch(path, { password: 'a third password' }).expect(200))).toEqual(
      at(path, 'preUpdateHook', 'validatePassword', 'postUpdateHook'),
    );
    expect(await during(() => root.api.delete(path).expect(204))).toEqual(
      at(path, 'preDeleteHook', 'postDeleteHook'),
    );
    await api.get('/auth/acme/authorize').expect(200);
    await api.get('/auth/acme/callback').expect(400, /ACCESS_TOKEN_DECODE_ERROR/);
    await root.api.get('/auth/associate/acme/authorize').expect(200);
    await root.api.get('/users/me/oauth-accounts').expect(200);
  });

  test('guards stay singletons beside a request-scoped service', async () => {
    const { app } = await boot({ ...scopedHost([], { scope: Scope.REQUEST }), protectAll: true });
    expect(() => app.get(GuardTools)).not.toThrow();
    const injectables = [...app.get(ModulesContainer).values()].flatMap(({ injectables: each }) =>
      Array.from(each.values()),
    );
    const exported = injectables.filter(
      ({ metatype }) => metatype === Authenticated() || metatype === Superuser(),
    );
    expect(exported).toHaveLength(2);
    expect(exported.filter((wrapper) => !wrapper.isDependencyTreeStatic())).toEqual([]);
  });

  test('a durable service is shared by the requests of a tenant', async () => {
    const parents = new Map<string, ContextId>();
    class ByTenant implements ContextIdStrategy<{ headers: Record<string, string> }> {
      attach(contextId: ContextId, { headers }: { headers: Record<string, string> }) {
        const tenant = headers['x-tenant'] ?? 'none';
        const parent = parents.get(tenant) ?? ContextIdFactory.create();
        parents.set(tenant, parent);
        return {
          resolve: ({ isTreeDurable }: { isTreeDurable: boolean }) => (isTreeDurable ? parent : contextId),
          payload: { url: tenant },
        };
      }
    }
    ContextIdFactory.apply(new ByTenant());
    try {
      const calls: Call[] = [];
      const options = scopedHost(calls, { scope: Scope.REQUEST, durable: true });
      const { api } = await boot({ ...options, protectAll: true });
      for (const tenant of ['a', 'b']) {
        const client = api.with({ 'x-tenant': tenant });
        const user = { email: `${tenant}@example.com`, password: PASSWORD };
        await client.post('/auth/register', user).expect(201);
        await client
          .as(await client.login(user.email, PASSWORD))
          .get('/users/me')
          .expect(200);
        await client.get('/users/me').expect(401);
      }
      const hosts = calls.filter(({ hook }) => hook === 'postRegistrationHook').map(({ url }) => url);
      expect(hosts).toEqual(['a', 'b']);
    } finally {
      ContextIdFactory.apply(undefined as never);
    }
  });

  test('guards that are request-scoped let in whom they let in, on routes of ours too', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends Superuser() {}
    const { api, login } = await boot({
      ...scopedHost([], { scope: Scope.REQUEST }),
      userManagement: { guards: [Scoped] },
    });
    const ada = await login();
    const root = await login({ email: 'root@example.com', isSuperuser: true });
    const answers: number[] = [];
    for (const client of [api, ada.api, root.api] as Host['api'][]) {
      answers.push((await client.get('/users')).status);
    }
    expect(answers).toEqual([401, 403, 200]);
  });
});

describe('a request-scoped service keeps the checks of the boot', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Scoped extends MailingService {}
  class Injecting extends MailingService {
    @Inject(REQUEST)
    readonly request!: object;
  }
  class InjectingTenant extends MailingService {
    @Inject(Tenant)
    readonly tenant!: Tenant;
  }
  @Injectable({ scope: Scope.REQUEST, durable: true })
  class Durable extends MailingService {}
  @Injectable({ scope: Scope.TRANSIENT })
  class Transient extends MailingService {}
  @Injectable({ scope: Scope.REQUEST })
  class Silent extends UsersService {}

  const services: [string, Type<UsersService>][] = [
    ['Scope.REQUEST', Scoped],
    ['the request injected', Injecting],
    ['something request-scoped injected', InjectingTenant],
    ['durable', Durable],
    ['Scope.TRANSIENT', Transient],
  ];

  test.each(services)('%s: an identifier that is not unique is refused', async (_, service) => {
    const options = { service, imports: [TenantModule], entities: { user: NamedUser }, identifier: 'name' };
    expect(await refusal({ ...options, registration: undefined })).toMatch(
      /NamedUser\.name needs a unique index/,
    );
  });

  test.each(services)('%s: given in providers, too', async (_, service) => {
    const providers = [{ provide: UsersService, useClass: service }];
    const options = { providers, imports: [TenantModule], entities: { user: NamedUser }, identifier: 'name' };
    expect(await refusal({ ...options, registration: undefined })).toMatch(
      /NamedUser\.name needs a unique index/,
    );
  });

  test('a hook that mails is missed', async () => {
    const sentence = /verification needs sendVerificationToken\(\) in your service/;
    expect(await refusal({ service: Silent, verification: {} })).toMatch(sentence);
    const providers = [{ provide: UsersService, useClass: Silent }];
    expect(await refusal({ providers, verification: {} })).toMatch(sentence);
    const alias = [Silent, { provide: UsersService, useExisting: Silent }];
    expect(await refusal({ providers: alias, verification: {} })).toMatch(sentence);
  });

  test('guards are judged', async () => {
    const guards = [RolesAccepted('helper')];
    expect(await refusal({ service: Scoped, currentUser: { guards } })).toMatch(/needs entities\.role/);
  });
});

describe('what must be made once stops the boot where it is request-scoped', () => {
  @Injectable({ scope: Scope.REQUEST })
  class ScopedRepository extends UsersRepository {}
  @Injectable({ scope: Scope.REQUEST })
  class ScopedTransport {
    readonly challenge = 'Bearer';
    read(): void {}
    deliver(): void {}
    replace(): void {}
  }
  const REDIS = 'a request-scoped Redis';
  const redis = { provide: REDIS, scope: Scope.REQUEST, useFactory: () => ({}) };

  test.each([
    [
      { providers: [{ provide: UsersRepository, useClass: ScopedRepository }] },
      /^nestjs-users: providers: UsersRepository is request-scoped/,
    ],
    [
      { backends: [{ name: 'jwt', transport: ScopedTransport, strategy: jwt() }] },
      /^nestjs-users: backends: a transport, a strategy, or a provider that one of them injects, is request-scoped/,
    ],
    [
      {
        backends: [{ name: 'jwt', transport: bearer(), strategy: redisStrategy({ client: REDIS }) }],
        providers: [redis],
      },
      /^nestjs-users: backends: .* is request-scoped/,
    ],
    [
      { limits: { redis: REDIS }, providers: [redis] },
      /^nestjs-users: limits: the client of redis is request-scoped/,
    ],
  ])('%#', async (options, sentence) => {
    expect(await refusal(options)).toMatch(sentence);
  });

  test('settings from a factory', async () => {
    @Module({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: [User] }),
        UsersModule.forRootAsync({
          entities: { user: User },
          service: MailingService,
          imports: [TenantModule],
          inject: [Tenant],
          useFactory: () => ({ secret: SECRET }),
        }),
      ],
    })
    class HostModule {}
    const testing = await Test.createTestingModule({ imports: [HostModule] }).compile();
    await expect(testing.createNestApplication().init()).rejects.toThrow(
      /^nestjs-users: forRootAsync: a provider in inject is request-scoped but must be created once; only your service may be request-scoped\.$/,
    );
    await testing.close();
  });
});
