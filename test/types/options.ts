import {
  Authenticated,
  BaseOneTimeToken,
  bearer,
  cookie,
  IntUser,
  jwt,
  redis as redisStrategy,
  RegisterDto,
  RolesAccepted,
  RolesRequired,
  Superuser,
  UsersModule,
  UsersService,
  UuidOAuthAccount,
  UuidRole,
  UuidUser,
} from 'nestjs-users';
import { google, oauth2, oauth2Client, oidc } from 'nestjs-users/oauth2';

class Permission {
  name!: string;
}
class Role extends UuidRole {
  permissions!: Permission[];
}
class User extends UuidUser {
  fullName!: string;
  userName?: string | null;
  height!: number;
}
class Customer extends IntUser {
  customerNumber!: number;
}
class OAuthAccount extends UuidOAuthAccount {
  user!: User;
}
class OneTimeToken extends BaseOneTimeToken {}
class AppUsersService extends UsersService<User> {}
class CustomersService extends UsersService<Customer> {}

const secret = 'a secret';
const entities = { user: User };
const web = { name: 'web' as const, transport: cookie(), strategy: jwt() };
const clients = [google({ clientId: 'an-application' })];

class ConfigService {
  readonly secret = secret;
}

/** What a host may write. Nothing here runs: `npm run typecheck` fails where it does not compile. */
export const accepted = {
  'a secret and an entity': () => UsersModule.forRoot({ secret, entities }),
  'an identifier that is a text of the user, null or not': () => [
    UsersModule.forRoot({ secret, entities, identifier: 'fullName' }),
    UsersModule.forRoot({ secret, entities, identifier: 'userName' }),
    UsersModule.forRoot({ secret, entities, identifier: 'email' }),
  ],
  'relations of the host’s own role': () =>
    UsersModule.forRoot({
      secret,
      entities: { ...entities, role: Role },
      roleManagement: { loadOptions: { relations: { permissions: true } } },
    }),
  'users who are verified elsewhere': () =>
    UsersModule.forRoot({ secret, entities, verification: 'elsewhere' }),
  'settings of the backends that there are': () => [
    UsersModule.forRootAsync({
      entities,
      backends: [web, { name: 'app', transport: bearer(), strategy: jwt() }],
      useFactory: () => ({ secret, backends: { web: { lifetimeSeconds: 60 }, app: {} } }),
    }),
    UsersModule.forRootAsync({
      entities,
      useFactory: () => ({ secret, backends: { jwt: { lifetimeSeconds: 60 } } }),
    }),
  ],
  'roles, with options in the end': () => [
    RolesAccepted('analyst'),
    RolesAccepted('analyst', 'auditor', { superuser: false }),
    RolesRequired('analyst', 'auditor'),
  ],
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
        currentUser: { freshLoginSeconds: 60 },
      }),
    }),
  'providers, and the entities that they need': () =>
    UsersModule.forRoot({
      secret,
      entities: { ...entities, oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken },
      oauth2: oauth2({ clients, publicUrl: 'https://api.example.com' }),
    }),
  'what a new user has of the provider': () =>
    oauth2<User>({ clients, newUser: ({ claims }) => ({ fullName: String(claims['name']) }) }),
  'what a provider is called, and what the factory says of it': () =>
    UsersModule.forRootAsync({
      entities,
      oauth2: oauth2({ clients: [oidc({ name: 'acme' })] }),
      useFactory: () => ({
        secret,
        oauth2: {
          publicUrl: 'https://api.example.com',
          clients: { acme: { clientId: 'an-application', clientSecret: 'a client secret' } },
        },
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
  'an identifier that users do not have': () =>
    // @ts-expect-error -- it is called email
    UsersModule.forRoot({ secret, entities, identifier: 'emial' }),
  'an identifier that is no text': () =>
    // @ts-expect-error -- a height is a number
    UsersModule.forRoot({ secret, entities, identifier: 'height' }),
  'the hash of a password as an identifier': () =>
    // @ts-expect-error -- nobody knows it
    UsersModule.forRoot({ secret, entities, identifier: 'passwordHash' }),
  'an identifier beside a factory': () =>
    // @ts-expect-error -- it is called email
    UsersModule.forRootAsync({ entities, identifier: 'emial', useFactory: () => ({ secret }) }),
  'an unknown DTO': () =>
    // @ts-expect-error -- it is called register
    UsersModule.forRoot({ secret, entities, dtos: { regsiter: RegisterDto } }),
  'an instance in place of a DTO class': () =>
    // @ts-expect-error -- the class itself
    UsersModule.forRoot({ secret, entities, dtos: { register: new RegisterDto() } }),
  'an unknown entity': () =>
    // @ts-expect-error -- it is called session
    UsersModule.forRoot({ secret, entities: { ...entities, sessions: User } }),
  'an unknown cost of a hash': () =>
    // @ts-expect-error -- it is called rounds
    UsersModule.forRoot({ secret, entities, passwords: { bcrypt: { round: 12 } } }),
  'an unknown limit': () =>
    // @ts-expect-error -- it is called login
    UsersModule.forRoot({ secret, entities, limits: { logins: false } }),
  'a relation that roles do not have': () =>
    UsersModule.forRoot({
      secret,
      entities: { ...entities, role: Role },
      // @ts-expect-error -- it is called permissions
      roleManagement: { loadOptions: { relations: { permission: true } } },
    }),
  'settings of a backend that there is not': () =>
    UsersModule.forRootAsync({
      entities,
      backends: [web],
      // @ts-expect-error -- it is called web
      useFactory: () => ({ secret, backends: { jwt: { lifetimeSeconds: 60 } } }),
    }),
  'an option of the plan that a factory returns': () =>
    UsersModule.forRootAsync({
      entities,
      // @ts-expect-error -- it stands beside the factory
      useFactory: () => ({ secret, protectAll: true }),
    }),
  'settings of backends where they are listed': () =>
    // @ts-expect-error -- a list of backends
    UsersModule.forRoot({ secret, entities, backends: { jwt: { lifetimeSeconds: 60 } } }),
  'a transport that is not called': () =>
    // @ts-expect-error -- cookie() makes one
    UsersModule.forRoot({ secret, entities, backends: [{ ...web, transport: cookie }] }),
  'strategies that are not called': () => [
    // @ts-expect-error -- jwt() makes one
    UsersModule.forRoot({ secret, entities, backends: [{ ...web, strategy: jwt }] }),
    // @ts-expect-error -- redisStrategy() makes one
    UsersModule.forRoot({ secret, entities, backends: [{ ...web, strategy: redisStrategy }] }),
  ],
  'a strategy in place of a transport': () =>
    // @ts-expect-error -- a transport
    UsersModule.forRoot({ secret, entities, backends: [{ ...web, transport: jwt() }] }),
  'a guard of a feature that is not called': () =>
    // @ts-expect-error -- Superuser() makes one
    UsersModule.forRoot({ secret, entities, auth: { guards: [Superuser] } }),
  'a guard of a feature that is no list': () =>
    // @ts-expect-error -- a list of guards
    UsersModule.forRoot({ secret, entities, auth: { guards: Superuser() } }),
  'a word in place of the options of verification': () =>
    // @ts-expect-error -- it is called elsewhere
    UsersModule.forRoot({ secret, entities, verification: 'own' }),
  'guards that nobody passes, or that are given something else': () => [
    // @ts-expect-error -- the names one by one
    RolesAccepted(['analyst']),
    // @ts-expect-error -- the name of a role
    RolesAccepted(),
    // @ts-expect-error -- the name of a role
    RolesRequired({ superuser: false }),
    // @ts-expect-error -- options come last
    RolesAccepted({ superuser: false }, 'analyst'),
    // @ts-expect-error -- it is called superuser
    RolesAccepted('analyst', { superusers: false }),
    // @ts-expect-error -- it takes nothing
    Superuser('analyst'),
    // @ts-expect-error -- it is called verified
    Authenticated({ verifed: true }),
    // @ts-expect-error -- a list of names
    Authenticated({ backends: 'web' }),
  ],
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
  'options in place of oauth2()': () =>
    // @ts-expect-error -- it is called oauth2: oauth2({})
    UsersModule.forRoot({ secret, entities, oauth2: {} }),
  'the options of oauth2(), not given to it': () =>
    // @ts-expect-error -- they are oauth2()'s
    UsersModule.forRoot({ secret, entities, oauth2: { clients } }),
  'oauth2() without clients': () =>
    // @ts-expect-error -- clients is missing
    oauth2({ publicUrl: 'https://api.example.com' }),
  'an unknown option of oauth2()': () =>
    // @ts-expect-error -- it is called publicUrl
    oauth2({ clients, redirectUri: 'https://api.example.com' }),
  'names of clients': () =>
    // @ts-expect-error -- google() makes one
    oauth2({ clients: ['google'] }),
  'a client that is not called': () =>
    // @ts-expect-error -- google() makes one
    oauth2({ clients: [google] }),
  'one client in place of a list': () =>
    // @ts-expect-error -- a list of clients
    oauth2({ clients: google() }),
  'a pattern in place of a list of origins': () =>
    // @ts-expect-error -- a list of origins
    oauth2({ clients, allowedRedirectOrigins: '*' }),
  'a field that new users do not have': () =>
    // @ts-expect-error -- it is called fullName
    oauth2<User>({ clients, newUser: () => ({ name: 'Ada' }) }),
  'a field of a new user that is of another type': () =>
    // @ts-expect-error -- what a provider claims may be anything
    oauth2<User>({ clients, newUser: ({ claims }) => ({ fullName: claims['name'] }) }),
  'a relation that users do not have': () =>
    // @ts-expect-error -- users have none
    oauth2<User>({ clients, loadOptions: { relations: { orders: true } } }),
  'an unknown option of a provider': () =>
    // @ts-expect-error -- it is called clientId
    google({ clientID: 'an-application' }),
  'a provider of the host’s own without a name': () =>
    // @ts-expect-error -- name is missing
    oidc({ issuer: 'https://id.example.com' }),
  'a provider without ID tokens that says nobody’s name': () =>
    // @ts-expect-error -- profile is missing
    oauth2Client({ name: 'acme', clientId: 'an-application' }),
  'an account that is no entity of accounts': () =>
    // @ts-expect-error -- User extends neither UuidOAuthAccount nor IntOAuthAccount
    UsersModule.forRoot({ secret, entities: { ...entities, oauthAccount: User } }),
  'a factory that names providers': () =>
    UsersModule.forRootAsync({
      entities,
      oauth2: oauth2({ clients }),
      // @ts-expect-error -- a factory gives options of the clients that there are
      useFactory: () => ({ secret, oauth2: { clients: { google: google() } } }),
    }),
};
