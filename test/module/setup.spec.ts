import 'reflect-metadata';
import {
  type CanActivate,
  ConsoleLogger,
  Controller,
  type DynamicModule,
  Get,
  Inject,
  Injectable,
  Module,
  Scope,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  ConfigurationError,
  redis,
  RolesAccepted,
  Superuser,
  UsersModule,
  UsersService,
  UuidRole,
  UuidUser,
} from 'nestjs-users';
import { Column, Entity, EntitySchema, ManyToOne } from 'typeorm';
import { SECRET } from '../support/host.js';
import { Role, User } from '../support/users.js';

type Imports = (Type | DynamicModule)[];

const options = { secret: SECRET, entities: { user: User }, requireVerification: false };
const source = (own: object = {}) =>
  TypeOrmModule.forRoot({
    ...{ type: 'better-sqlite3' as const, database: ':memory:', entities: [User] },
    ...{ synchronize: true, retryAttempts: 0 },
    ...own,
  });

// The attempts to connect of a database that is dead are no news here.
const QUIET = new ConsoleLogger({ logLevels: [] });

/** Boots an application of these imports. */
async function start(imports: Imports, own: { controllers?: Type[]; providers?: object[] } = {}) {
  @Module({ imports, ...own } as object)
  class AppModule {}
  const testing = Test.createTestingModule({ imports: [AppModule] }).setLogger(QUIET);
  const app = (await testing.compile()).createNestApplication();
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

/** The sentence with which the boot stopped. */
async function refusal(...given: Parameters<typeof start>): Promise<string> {
  const outcome = await start(...given).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ConfigurationError);
  return (outcome as ConfigurationError).message;
}

function guardedBy(...guards: (Type<CanActivate> | CanActivate)[]): Type {
  @Controller('reports')
  class ReportsController {
    @Get()
    @UseGuards(...guards)
    list(): void {}
  }
  return ReportsController;
}

describe('the data source', () => {
  test('none at all', async () => {
    expect(await refusal([UsersModule.forRoot(options)])).toBe(
      'nestjs-users: there is no data source of TypeORM; import TypeOrmModule.forRoot({ … }) into your application, beside UsersModule.',
    );
    expect(await refusal([UsersModule.forRoot({ ...options, dataSource: 'reports' })])).toMatch(
      /there is no data source of TypeORM/,
    );
  });

  test('another name', async () => {
    const named = UsersModule.forRoot({ ...options, dataSource: 'acounts' });
    const others = [source(), source({ name: 'accounts' })];
    expect(await refusal([named, ...others])).toBe(
      'nestjs-users: dataSource names acounts, which does not exist; the data sources are default, accounts.',
    );
    expect(await refusal([...others, named])).toMatch(/dataSource names acounts/);
    expect(await refusal([source({ name: 'accounts' }), UsersModule.forRoot(options)])).toBe(
      'nestjs-users: dataSource is missing, and every data source has a name; the data sources are accounts.',
    );
    await start([...others, UsersModule.forRoot({ ...options, dataSource: 'accounts' })]);
  });

  test('one that can’t connect says so itself', async () => {
    const dead = source({ type: 'postgres', url: 'postgres://127.0.0.1:1/none', database: undefined });
    for (const imports of [
      [dead, UsersModule.forRoot(options)],
      [UsersModule.forRoot(options), dead],
    ]) {
      await expect(start(imports, { controllers: [guardedBy(Superuser())] })).rejects.toThrow(/ECONNREFUSED/);
    }
  });
});

describe('an entity that TypeORM does not know', () => {
  class Bare extends UuidUser {}

  test('the user', async () => {
    const users = UsersModule.forRoot(options);
    expect(await refusal([source({ entities: [Role] }), users])).toBe(
      'nestjs-users: entities.user: User is unknown to the data source; add it to the option entities of TypeOrmModule, or set autoLoadEntities: true there.',
    );
    await start([source({ entities: [], autoLoadEntities: true }), users]);
  });

  test.each(['session', 'role', 'oauthAccount', 'oneTimeToken'])('the %s', async (option) => {
    @Entity()
    class Unknown extends UuidRole {
      @Column()
      more!: string;
    }
    const users = UsersModule.forRoot({ ...options, entities: { user: User, [option]: Unknown } });
    expect(await refusal([source(), users])).toMatch(
      new RegExp(`entities\\.${option}: Unknown is unknown to the data source; add it to`),
    );
  });

  test('without @Entity()', async () => {
    for (const own of [{ entities: [Bare] }, { entities: [], autoLoadEntities: true }]) {
      const users = UsersModule.forRoot({ ...options, entities: { user: Bare } });
      expect(await refusal([source(own), users])).toBe(
        'nestjs-users: entities.user: Bare is not a TypeORM entity; add @Entity() to the class.',
      );
    }
  });

  test('without @Entity(), where another entity refers to it', async () => {
    @Entity()
    class Note extends UuidRole {
      @ManyToOne(() => Bare)
      author!: Bare;
    }
    const users = UsersModule.forRoot({ ...options, entities: { user: Bare } });
    for (const imports of [
      [source({ entities: [Bare, Note] }), users],
      [users, source({ entities: [Bare, Note] })],
    ]) {
      expect(await refusal(imports)).toMatch(/entities\.user: Bare is not a TypeORM entity/);
    }
  });

  test('one that a schema describes is known', async () => {
    class Described extends UuidUser {}
    const schema = new EntitySchema<Described>({
      target: Described,
      name: 'described',
      columns: { id: { type: 'uuid', primary: true } },
    });
    const users = UsersModule.forRoot({ ...options, entities: { user: Described } });
    expect(await refusal([source({ entities: [schema] }), users])).toMatch(
      /entities\.user: Described has no column email/,
    );
  });
});

describe('one module an application', () => {
  test('two calls, in two modules or in one', async () => {
    @Module({ imports: [UsersModule.forRoot(options)] })
    class AccountsModule {}
    @Module({ imports: [UsersModule.forRoot({ ...options, auth: {} })] })
    class NotesModule {}
    expect(await refusal([source(), AccountsModule, NotesModule])).toBe(
      'nestjs-users: UsersModule is set up 2 times, in AccountsModule and NotesModule; call forRoot() or forRootAsync() only once, because its exports are available in every module.',
    );
    const later = UsersModule.forRootAsync({ ...options, useFactory: () => ({ secret: SECRET }) });
    expect(await refusal([source(), UsersModule.forRoot(options), later])).toMatch(
      /set up 2 times, in AppModule;/,
    );
  });

  test('a second one without the options of the first', async () => {
    const second = UsersModule.forRoot({ secret: SECRET, entities: { user: User } });
    expect(await refusal([source(), UsersModule.forRoot(options), second])).toMatch(/set up 2 times/);
    expect(await refusal([second, UsersModule.forRoot(options), source()])).toMatch(/set up 2 times/);
  });

  test('one object in two modules is one', async () => {
    const users = UsersModule.forRoot(options);
    @Module({ imports: [users] })
    class NotesModule {}
    await expect(start([source(), users, NotesModule])).resolves.toBeUndefined();
  });

  test('the class alone is none, and does no harm beside one', async () => {
    expect(await refusal([source(), UsersModule])).toBe(
      'nestjs-users: UsersModule is imported without options; write UsersModule.forRoot({ … }) or UsersModule.forRootAsync({ … }).',
    );
    await start([source(), UsersModule, UsersModule.forRoot(options)]);
  });
});

describe('a guard without the module', () => {
  test('names the guard, its place and the module', async () => {
    expect(await refusal([source()], { controllers: [guardedBy(Superuser())] })).toBe(
      'nestjs-users: Superuser() at ReportsController.list needs UsersModule; import UsersModule.forRoot({ … }) into your application.',
    );
    @Controller()
    @UseGuards(RolesAccepted('analyst'))
    class Analyses {}
    expect(await refusal([], { controllers: [Analyses] })).toMatch(
      /RolesAccepted\(\) at Analyses needs UsersModule/,
    );
    const providers = [{ provide: APP_GUARD, useClass: Superuser() }];
    expect(await refusal([], { providers })).toMatch(
      /Superuser\(\) among the guards of the whole application needs UsersModule/,
    );
  });

  test('a class of the host’s own, request-scoped too', async () => {
    class Mine extends Superuser() {}
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends Superuser() {}
    for (const guard of [Mine, Scoped]) {
      expect(await refusal([], { controllers: [guardedBy(guard)] })).toMatch(
        /Superuser\(\) at ReportsController\.list needs UsersModule/,
      );
    }
  });

  test('where it is not global', async () => {
    const users = UsersModule.forRoot({ ...options, isGlobal: false });
    @Module({ imports: [users], exports: [UsersModule] })
    class AccountsModule {}
    @Module({ controllers: [guardedBy(Superuser())] })
    class ReportsModule {}
    expect(await refusal([source(), AccountsModule, ReportsModule])).toMatch(
      /Superuser\(\) at ReportsController\.list needs UsersModule, which is not global; put UsersModule\.forRoot\(\{ … \}\) into the imports and the exports of one module, and let ReportsModule import that module, or leave out isGlobal: false\.$/,
    );
    await start([source(), AccountsModule], { controllers: [guardedBy(Superuser())] });
  });
});

describe('what Nest injects', () => {
  class Mailer {}

  test('names the option imports where inject names what no module exports', async () => {
    const users = UsersModule.forRootAsync({
      entities: { user: User },
      requireVerification: false,
      inject: [Mailer],
      useFactory: (_mailer: Mailer) => ({ secret: SECRET }),
    });
    await expect(start([source(), users])).rejects.toThrow(
      /what inject names must come from a module in the option imports.*Mailer/,
    );
  });

  test('a factory gets all its arguments', () => {
    const factory = (inject: Type[]) => () =>
      UsersModule.forRootAsync({
        entities: { user: User },
        inject,
        useFactory: (_one: Mailer, _other: Mailer) => ({ secret: SECRET }),
      });
    expect(factory([])).toThrow(
      'nestjs-users: useFactory of forRootAsync takes 2 arguments, but inject is missing; list the provider of each argument there, in the same order.',
    );
    expect(factory([Mailer])).toThrow(/takes 2 arguments, but inject names only 1;/);
    expect(factory([Mailer, Mailer])).not.toThrow();
  });

  test('a service with a constructor is decorated', () => {
    class Undecorated extends UsersService {
      constructor(readonly mailer: Mailer) {
        super();
      }
    }
    @Injectable()
    class Decorated extends UsersService {
      constructor(readonly mailer: Mailer) {
        super();
      }
    }
    class Heir extends Decorated {}
    class Declared extends UsersService {
      constructor(@Inject(Mailer) readonly mailer: unknown) {
        super();
      }
    }
    const withService = (service: Type<UsersService>) => () => UsersModule.forRoot({ ...options, service });
    expect(withService(Undecorated)).toThrow(
      'nestjs-users: service: Undecorated injects by its constructor, but Nest does not know what; add @Injectable() to the class.',
    );
    for (const service of [Decorated, Heir, Declared]) expect(withService(service)).not.toThrow();
  });

  test('an address of Redis is no client', () => {
    const sentence = /is an address; give it a connected client of the package redis or ioredis/;
    for (const address of ['redis://127.0.0.1:6379', 'rediss://cache', '127.0.0.1:6379']) {
      expect(() => redis({ client: address })).toThrow(sentence);
      expect(() => UsersModule.forRoot({ ...options, limits: { redis: address } })).toThrow(sentence);
    }
    expect(() => redis({ client: 'REDIS' })).not.toThrow();
  });
});
