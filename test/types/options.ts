import { bearer, IntUser, jwt, UsersModule, UsersService, UuidUser } from 'nestjs-users';

class User extends UuidUser {
  fullName!: string;
}
class Customer extends IntUser {
  customerNumber!: number;
}
class AppUsersService extends UsersService<User> {}
class CustomersService extends UsersService<Customer> {}

const secret = 'a secret';
const entities = { user: User };

class ConfigService {
  readonly secret = secret;
}

/** What a host may write. Nothing here runs: `npm run typecheck` fails where it does not compile. */
export const accepted = {
  'a secret and an entity': () => UsersModule.forRoot({ secret, entities }),
  'two secrets': () => UsersModule.forRoot({ secret: [secret, secret], entities }),
  'a service of the same user': () => UsersModule.forRoot({ secret, entities, service: AppUsersService }),
  'a service of any user': () => UsersModule.forRoot({ secret, entities, service: UsersService }),
  'no secret beside a factory': () => UsersModule.forRootAsync({ entities, useFactory: () => ({ secret }) }),
  'what the factory needs': () =>
    UsersModule.forRootAsync({
      entities,
      currentUser: {},
      inject: [ConfigService],
      useFactory: async (config: ConfigService) => ({
        secret: config.secret,
        currentUser: { requireFreshLogin: 60 },
      }),
    }),
};

/** The mistakes that a host's compiler tells: `npm run typecheck` fails where one of them compiles. */
export const refused = {
  'no secret': () =>
    // @ts-expect-error -- secret is missing
    UsersModule.forRoot({ entities }),
  'no entity': () =>
    // @ts-expect-error -- entities.user is missing
    UsersModule.forRoot({ secret, entities: {} }),
  'an entity that is no user': () =>
    // @ts-expect-error -- Date extends neither UuidUser nor IntUser
    UsersModule.forRoot({ secret, entities: { user: Date } }),
  'an unknown option': () =>
    // @ts-expect-error -- it is called registration
    UsersModule.forRoot({ secret, entities, registrations: {} }),
  'an unknown option of a feature': () =>
    // @ts-expect-error -- it is called loginPath
    UsersModule.forRoot({ secret, entities, auth: { logInPath: 'in' } }),
  'an option of a feature that is of another type': () =>
    // @ts-expect-error -- a number of seconds
    UsersModule.forRoot({ secret, entities, verification: { tokenLifetimeSeconds: '1h' } }),
  'an unknown option of a strategy': () =>
    // @ts-expect-error -- it is called lifetimeSeconds
    jwt({ lifetime: 60 }),
  'a backend without a strategy': () =>
    // @ts-expect-error -- strategy is missing
    UsersModule.forRoot({ secret, entities, backends: [{ name: 'jwt', transport: bearer() }] }),
  'a service of another user': () =>
    // @ts-expect-error -- CustomersService is of Customer
    UsersModule.forRoot({ secret, entities, service: CustomersService }),
  'a class that is no service': () =>
    // @ts-expect-error -- Date does not extend UsersService
    UsersModule.forRoot({ secret, entities, service: Date }),
  'a factory without a secret': () =>
    // @ts-expect-error -- secret is missing
    UsersModule.forRootAsync({ entities, useFactory: () => ({ requireVerification: false }) }),
};
