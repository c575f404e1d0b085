import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { BaseSession } from '../authentication/sessions/session.entity.js';
import type { BackendOptions, BackendSettings } from '../authentication/backend.options.js';
import type { HeadersOf } from '../authentication/contexts/headers-of.js';
import type { Secret } from '../common/keyring.js';
import type { AuthOptions } from '../features/auth/auth.options.js';
import type {
  CurrentUserOptions,
  CurrentUserSettings,
} from '../features/current-user/current-user.options.js';
import type { OpenFeature } from '../features/feature.js';
import type { BaseOAuthAccount } from '../features/oauth2/accounts/oauth-account.entity.js';
import type { OAuth2SettingsOptions } from '../features/oauth2/oauth2.options.js';
import type { BaseOneTimeToken } from '../features/oauth2/flow/one-time-token.entity.js';
import type {
  PasswordResetOptions,
  PasswordResetSettings,
} from '../features/password-reset/password-reset.options.js';
import type { RegistrationOptions } from '../features/registration/registration.options.js';
import type { RoleManagementOptions } from '../features/role-management/role-management.options.js';
import type {
  UserManagementOptions,
  UserManagementSettings,
} from '../features/user-management/user-management.options.js';
import type {
  VerificationOptions,
  VerificationSettings,
} from '../features/verification/verification.options.js';
import type { BaseRole } from '../roles/role.entity.js';
import type { NormalizeIdentifier } from '../users/email-address.js';
import type { LimitsOptions } from '../accounts/limits/limits.options.js';
import type { Mailer } from '../accounts/mailer.js';
import type { PasswordOptions } from '../accounts/passwords/password.settings.js';
import type { IdentifierOf } from '../users/identifier-of.js';
import type { BaseUser } from '../users/user.entity.js';
import type { DtoOptions } from '../features/dtos.js';
import type { UsersService } from '../accounts/users.service.js';

/** What must be known before dependency injection begins, because controllers are made of it. */
export interface UsersPlanOptions<
  User extends BaseUser = BaseUser,
  Role extends BaseRole = BaseRole,
  Backend extends string = string,
> {
  /** Your entities. */
  entities: {
    /** Your user entity, which extends `UuidUser` or `IntUser`. */
    user: Type<User>;
    /**
     * Your session entity, which extends `UuidSession` or `IntSession`. `database()` needs it. Without it, the routes
     * that [list and end sessions](../../docs/tokens-and-sessions.md#sessions) are not registered.
     * @default none
     */
    session?: Type<BaseSession>;
    /**
     * Your role entity, which extends `UuidRole` or `IntRole`. Without it, there are no [roles](../../docs/roles.md).
     * @default none
     */
    role?: Type<Role>;
    /**
     * Your entity of linked accounts, which extends `UuidOAuthAccount` or `IntOAuthAccount`. `oauth2` needs it.
     * @default none
     */
    oauthAccount?: Type<BaseOAuthAccount>;
    /**
     * Your entity of one-time tokens, which extends `BaseOneTimeToken`. `oauth2` needs it.
     * @default none
     */
    oneTimeToken?: Type<BaseOneTimeToken>;
  };
  /**
   * The name of the TypeORM data source that holds the entities.
   * @default TypeORM's default data source
   */
  dataSource?: string;
  /**
   * Your subclass of `UsersService`, with your hooks. It may be request-scoped.
   * @default UsersService
   */
  service?: Type<UsersService<User>>;
  /**
   * Modules whose exports `service` injects, and those that `inject` names. The guards, transports and strategies that
   * you name in the options inject the same.
   * @default none
   */
  imports?: ModuleMetadata['imports'];
  /**
   * Providers that `service` injects, or that replace a provider of this library, such as `UsersRepository` or
   * `RolesRepository`.
   * @default none
   */
  providers?: ModuleMetadata['providers'];
  /**
   * Your DTO classes, each in place of a default class: see [DTO classes](../../docs/options.md#dto-classes).
   * @default {}
   */
  dtos?: DtoOptions;
  /**
   * The property by which users log in, or `email` and one other property: then users log in by
   * [either of the two](../../docs/options.md#two-identifiers). Each property must be unique.
   * @default 'email'
   */
  identifier?: IdentifierOf<NoInfer<User>> | readonly IdentifierOf<NoInfer<User>>[];
  /**
   * The ways to log in: see [Backends](../../docs/options.md#backends).
   * @default [{ name: 'jwt', transport: bearer(), strategy: jwt() }]
   */
  backends?: BackendOptions<Backend>[];
  /**
   * Whether every module of the application can use the guards and the services without an import of this module.
   * @default true
   */
  isGlobal?: boolean;
  /**
   * Guards every route of the application by `Authenticated()`. `@Public()` opens a route.
   * @default false
   */
  protectAll?: boolean;
  /**
   * Registers [login and logout](../../docs/features/auth.md).
   * @default not registered
   */
  auth?: AuthOptions<User>;
  /**
   * Registers [registration](../../docs/features/registration.md).
   * @default not registered
   */
  registration?: RegistrationOptions;
  /**
   * Registers the [verification of e-mail addresses](../../docs/features/verification.md). `'elsewhere'` registers no
   * route: it says that your own code verifies users, for example by `UsersService.verify()`. If the option is missing,
   * `requireVerification` stops the boot.
   * @default not registered
   */
  verification?: VerificationOptions | 'elsewhere';
  /**
   * Registers the [reset of forgotten passwords](../../docs/features/password-reset.md).
   * @default not registered
   */
  passwordReset?: PasswordResetOptions;
  /**
   * Registers [login by providers](../../docs/features/oauth2.md) such as Google. The value is what `oauth2()` of
   * `nestjs-users/oauth2` returns.
   * @default not registered
   */
  oauth2?: OpenFeature;
  /**
   * Registers the routes of [the logged-in user](../../docs/features/current-user.md).
   * @default not registered
   */
  currentUser?: CurrentUserOptions<User>;
  /**
   * Registers the [administration of roles](../../docs/features/role-management.md): the roles themselves, and which
   * user has which role.
   * @default not registered
   */
  roleManagement?: RoleManagementOptions<Role>;
  /**
   * Registers the [administration of users](../../docs/features/user-management.md).
   * @default not registered
   */
  userManagement?: UserManagementOptions<User>;
}

/** What a factory may provide, from configuration that is known only at run time. */
export interface UsersModuleSettings<Backend extends string = string> {
  /**
   * At least 32 random bytes. The key of every purpose is derived from it. For a
   * [rotation](../../docs/tokens-and-sessions.md#the-secret), give a list: the first secret signs, and all are accepted.
   */
  secret: Secret;
  /**
   * Secrets of single purposes, in place of `secret`.
   * @default {}
   */
  secrets?: {
    /**
     * For the tokens that verify an address or confirm a new one.
     * @default the value of `secret`
     */
    verification?: Secret;
    /**
     * For the tokens of password resets and invitations.
     * @default the value of `secret`
     */
    resetPassword?: Secret;
    /**
     * For logins: `jwt()` signs its tokens with it. The tokens of `database()` and `redis()` are random.
     * @default the value of `secret`
     */
    access?: Secret;
    /**
     * For [logins by providers](../../docs/features/oauth2.md#the-keys): the state, the cookie and the stored tokens.
     * @default the value of `secret`
     */
    oauth2?: Secret;
  };
  /**
   * The rules for passwords, and how passwords are hashed: see [Passwords](../../docs/options.md#passwords).
   * @default {}
   */
  passwords?: PasswordOptions;
  /**
   * A user who is not verified can't log in. Needs `verification`.
   * @default true
   */
  requireVerification?: boolean;
  /**
   * A function that returns the stored form of an identifier, or `undefined` to refuse it. With two identifiers, its
   * second argument is the name of the property.
   * @default `normalizeEmail` for addresses, `normalizeName` for other identifiers
   */
  normalizeIdentifier?: NormalizeIdentifier;
  /**
   * Sends every mail for which `service` overrides no `send…` hook: see [Mail](../../docs/mail.md). The value is what
   * `mailer()` of `nestjs-users/mail` returns.
   * @default none
   */
  mailer?: Mailer;
  /**
   * How often passwords may be guessed and mails may be requested: see [Limits](../../docs/options.md#limits). `false`
   * turns all limits off.
   * @default {}
   */
  limits?: LimitsOptions | false;
  /**
   * How many proxies before the application add the client's address to `X-Forwarded-For`. With 0, the header is
   * ignored: the client's address is that of the [connection](../../docs/limits.md#who-is-a-client).
   * @default 0
   */
  trustedProxies?: number;
  /**
   * A function that returns the headers with the credential of a message, where the library cannot know it: see
   * [Other contexts](../../docs/graphql-and-websockets.md#messages-of-transporters). It takes Nest's `ArgumentsHost`.
   * @default none
   */
  headersOf?: HeadersOf;
  /**
   * How long a statement may take before the answer is `503`, in seconds. A
   * [write that has begun](../../docs/errors.md#slow-writes) goes on.
   * @default 2
   */
  databaseTimeoutSeconds?: number;
  /**
   * In a factory: options of a backend's transport and strategy, by the name of the backend:
   * `{ jwt: { lifetimeSeconds: 900 } }`.
   * @default as beside the factory
   */
  backends?: Partial<Record<Backend, BackendSettings>>;
  /**
   * In a factory: options of [`verification`](../../docs/options.md#verification).
   * @default as beside the factory
   */
  verification?: VerificationSettings;
  /**
   * In a factory: options of [`passwordReset`](../../docs/options.md#passwordreset).
   * @default as beside the factory
   */
  passwordReset?: PasswordResetSettings;
  /**
   * In a factory: options of [`oauth2`](../../docs/options.md#oauth2).
   * @default as beside the factory
   */
  oauth2?: OAuth2SettingsOptions;
  /**
   * In a factory: options of [`currentUser`](../../docs/options.md#currentuser).
   * @default as beside the factory
   */
  currentUser?: Pick<CurrentUserOptions, keyof CurrentUserSettings>;
  /**
   * In a factory: options of [`userManagement`](../../docs/options.md#usermanagement).
   * @default as beside the factory
   */
  userManagement?: Pick<UserManagementOptions, keyof UserManagementSettings>;
}

/** What stands beside the factory, it can't return: controllers are made of it before the factory runs. */
type NoPlan = { [Key in Exclude<keyof UsersPlanOptions, keyof UsersModuleSettings>]?: never };

type FactorySettings<Backend extends string> =
  (UsersModuleSettings<NoInfer<Backend>> & NoPlan) | Promise<UsersModuleSettings<NoInfer<Backend>> & NoPlan>;

/** The settings that are no feature's and no backend's. */
export type FlatSettings = Omit<UsersModuleSettings, keyof UsersPlanOptions>;

/** What `UsersModule.forRoot()` takes: the plan, and the settings beside it. */
export interface UsersModuleOptions<User extends BaseUser = BaseUser, Role extends BaseRole = BaseRole>
  extends UsersPlanOptions<User, Role>, FlatSettings {}

/** A class that returns the settings, for `useClass` and `useExisting` of `forRootAsync()`. */
export interface UsersModuleOptionsFactory<Backend extends string = string> {
  /** Is called once, when the application starts. */
  createUsersModuleOptions(): FactorySettings<Backend>;
}

/** What `UsersModule.forRootAsync()` takes: the plan, and one of three sources of the settings. */
export interface UsersModuleAsyncOptions<
  User extends BaseUser = BaseUser,
  Role extends BaseRole = BaseRole,
  Backend extends string = string,
>
  extends UsersPlanOptions<User, Role, Backend>, Partial<FlatSettings> {
  /**
   * Returns the settings, or a promise of them. A setting of the factory wins over the same one beside the factory.
   * @default none, with `useClass` or `useExisting`
   */
  // oxlint-disable-next-line no-explicit-any -- Nest's own type of a factory: the arguments are what `inject` names
  useFactory?: (...args: any[]) => FactorySettings<Backend>;
  /**
   * The providers that `useFactory` is called with.
   * @default none
   */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  /**
   * A class with the method `createUsersModuleOptions()`. The module makes an instance of it; what the class injects comes
   * from `imports`.
   * @default none
   */
  useClass?: Type<UsersModuleOptionsFactory<Backend>>;
  /**
   * As `useClass`, but a provider that a module of `imports`, or a global one, exports.
   * @default none
   */
  useExisting?: Type<UsersModuleOptionsFactory<Backend>> | string | symbol;
}
