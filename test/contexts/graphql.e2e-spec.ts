import { UseGuards } from '@nestjs/common';
import { Args, Field, Mutation, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  Authenticated,
  bearer,
  cookie,
  CurrentIdentity,
  CurrentUser,
  type Identity,
  jwt,
  Public,
  RolesAccepted,
  RolesService,
  Superuser,
  UserLoadOptions,
} from 'nestjs-users';
import { ask, graphqlModule, outcome } from '../support/graphql.js';
import { type HostOptions, onEachAdapter, PASSWORD } from '../support/host.js';
import { Member, Role, type User } from '../support/users.js';

@ObjectType()
class Person {
  @Field()
  email!: string;
}

@Resolver(() => Person)
class PeopleResolver {
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

  @ResolveField(() => String)
  asked(@Parent() person: Person, @CurrentUser() user?: User): string {
    return `${person.email} for ${user?.email}`;
  }
}

onEachAdapter('sqlite', (boot, adapter) => {
  const withGraphql = (options: HostOptions = {}): HostOptions => ({
    user: Member,
    role: Role,
    ...options,
    host: { imports: [graphqlModule(adapter)], providers: [PeopleResolver] },
  });
  const grantAnalyst = async (app: { get: (token: typeof RolesService) => RolesService }, user: object) => {
    const roles = app.get(RolesService);
    await roles.addRole({ name: 'analyst' }).catch(() => undefined);
    await roles.assign(user as never, 'analyst');
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
});
