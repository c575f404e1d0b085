import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import { GqlExecutionContext, Query, Resolver } from '@nestjs/graphql';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Authenticated, CurrentUser, Superuser, UsersModule } from 'nestjs-users';
import { actingAs, fakeCurrentUser, fakeGuard } from 'nestjs-users/testing';
import { Api } from '../support/api.js';
import { MailingService } from '../support/boot.js';
import { ask, graphqlModule } from '../support/graphql.js';
import { SECRET } from '../support/host.js';
import { SecretsScan } from '../support/secrets-scan.js';
import { User } from '../support/users.js';

@Resolver()
class NotesResolver {
  @Query(() => String)
  @UseGuards(Authenticated())
  mine(@CurrentUser() user: User): string {
    return user.email;
  }

  @Query(() => String)
  @UseGuards(Superuser())
  all(@CurrentUser() user: User): string {
    return user.email;
  }
}

const ADA = { id: '1', email: 'ada@example.com', isActive: true, isVerified: true, isSuperuser: false };

const builderOf = () =>
  Test.createTestingModule({
    providers: [NotesResolver],
    imports: [
      graphqlModule('express'),
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: ':memory:',
        entities: [User],
        synchronize: true,
      }),
      UsersModule.forRoot({
        secret: SECRET,
        entities: { user: User },
        service: MailingService,
        verification: {},
      }),
    ],
  }).setLogger(new SecretsScan());

async function start(builder: TestingModuleBuilder) {
  const app = (await builder.compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  stops.push(() => app.close());
  return { app, api: new Api(await app.getUrl(), new SecretsScan()) };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

test('a fake guard lets its user in at a resolver', async () => {
  const { api } = await start(builderOf().overrideGuard(Superuser()).useValue(fakeGuard(ADA)));
  expect((await ask(api, '{ all }')).data).toEqual({ all: ADA.email });
  expect((await ask(api, '{ mine }')).data).toBeNull();
});

test('a fake guard of the host sets the user of the context’s request', async () => {
  const fake: CanActivate = {
    canActivate(context: ExecutionContext) {
      const { req } = GqlExecutionContext.create(context).getContext<{ req: { user?: object } }>();
      req.user = ADA;
      return true;
    },
  };
  const { api } = await start(builderOf().overrideGuard(Authenticated()).useValue(fakeGuard(fake)));
  expect((await ask(api, '{ mine }')).data).toEqual({ mine: ADA.email });
});

test('a fake user is judged by the guards', async () => {
  const { api } = await start(fakeCurrentUser(builderOf(), ADA));
  expect((await ask(api, '{ mine }')).data).toEqual({ mine: ADA.email });
  expect((await ask(api, '{ all }')).data).toBeNull();
});

test('the headers of actingAs() log a stored user in', async () => {
  const { app, api } = await start(builderOf());
  const { email } = ADA;
  const user = await app.get(MailingService).addUser({ email }, { verify: true });
  expect((await ask(api.with(await actingAs(app, user)), '{ mine }')).data).toEqual({ mine: email });
  expect((await ask(api, '{ mine }')).data).toBeNull();
});
