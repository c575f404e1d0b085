import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { BaseSession } from './authentication/sessions/session.entity.js';
import type { BackendOptions, BackendSettings } from './authentication/backend.options.js';
import type { Secret } from './common/keyring.js';
import type { AuthOptions } from './features/auth/auth.options.js';
import type { CurrentUserOptions } from './features/current-user/current-user.options.js';
import type { OpenFeature } from './features/feature.js';
import type { BaseOAuthAccount } from './features/oauth2/oauth-account.entity.js';
import type { OAuth2SettingsOptions } from './features/oauth2/oauth2.options.js';
import type { BaseOneTimeToken } from './features/oauth2/one-time-token.entity.js';
import type { PasswordResetOptions } from './features/password-reset/password-reset.options.js';
import type { RegistrationOptions } from './features/registration/registration.options.js';
import type { RoleManagementOptions } from './features/role-management/role-management.options.js';
import type { UserManagementOptions } from './features/user-management/user-management.options.js';
import type { VerificationOptions } from './features/verification/verification.options.js';
import type { BaseRole } from './roles/role.entity.js';
import type { NormalizeIdentifier } from './users/email-address.js';
import type { LimitsOptions } from './users/limits/limits.options.js';
import type { PasswordOptions } from './users/passwords/password.settings.js';
import type { BaseUser } from './users/user.entity.js';
import type { DtoOptions } from './users/users.dtos.js';
import type { UsersService } from './users/users.service.js';

/** What must be known before dependency injection begins, because controllers are made of it. */
export interface UsersPlanOptions<User extends BaseUser = BaseUser> {
  /** The host's entities. */
  entities: {
    /** Extends `UuidUser` or `IntUser`. */
    user: Type<User>;
    /** Extends `UuidSession` or `IntSession`. Default: none; then no session can be listed or ended by itself. */
    session?: Type<BaseSession>;
    /** Extends `UuidRole` or `IntRole`. Default: none; then there are no roles. */
    role?: Type<BaseRole>;
    /** Extends `UuidOAuthAccount` or `IntOAuthAccount`. Needed by `oauth2`. */
    oauthAccount?: Type<BaseOAuthAccount>;
    /** Extends `BaseOneTimeToken`. Needed by `oauth2`. */
    oneTimeToken?: Type<BaseOneTimeToken>;
  };
  /** The name of the TypeORM data source that holds the entities. Default: TypeORM's `default`. */
  dataSource?: string;
  /** The host's subclass of `UsersService`, with its hooks. Default: `UsersService`. */
  service?: Type<UsersService<User>>;
  /** Modules whose exports the service injects. Default: none. */
  imports?: ModuleMetadata['imports'];
  /** Providers that the service injects, or that replace one of this library, such as `UsersRepository`. Default: none. */
  providers?: ModuleMetadata['providers'];
  /** Classes that take the place of the default DTOs. */
  dtos?: DtoOptions;
  /** The property by which users log in; it must be unique. Default `email`. */
  identifier?: string;
  /** The ways of being logged in. Default: one named `jwt`, of `bearer()` and `jwt()`. */
  backends?: BackendOptions[];
  /** Whether every module of the host may use the guards and services without importing. Default true. */
  isGlobal?: boolean;
  /** Guards the whole application by `Authenticated()`; `@Public()` opens a route. Default false. */
  protectAll?: boolean;
  /** Registers login and logout. Default: not registered. */
  auth?: AuthOptions<User>;
  /** Registers registration. Default: not registered. */
  registration?: RegistrationOptions;
  /** Registers verification of e-mail addresses. Default: not registered. */
  verification?: VerificationOptions;
  /** Registers the reset of forgotten passwords. Default: not registered. */
  passwordReset?: PasswordResetOptions;
  /** Registers login by providers such as Google: what `oauth2()` of `nestjs-users/oauth2` returns. Default: not registered. */
  oauth2?: OpenFeature;
  /** Registers the routes of the logged-in user. Default: not registered. */
  currentUser?: CurrentUserOptions<User>;
  /** Registers administration of roles, and who has which. Default: not registered. */
  roleManagement?: RoleManagementOptions;
  /** Registers administration of users. Default: not registered. */
  userManagement?: UserManagementOptions<User>;
}

/** What a factory may provide, from configuration that is known only at run time. */
export interface UsersModuleSettings {
  /**
   * At least 32 random bytes, from which the key of every purpose is derived; or several while rotating:
   * the first signs, all are accepted.
   */
  secret: Secret;
  /** Secrets of single purposes in place of `secret`: `verification`, `resetPassword`, `access` or `oauth2`. */
  secrets?: { verification?: Secret; resetPassword?: Secret; access?: Secret; oauth2?: Secret };
  /** How passwords are judged and hashed. */
  passwords?: PasswordOptions;
  /** A user who is not verified can't log in. Default true. */
  requireVerification?: boolean;
  /**
   * The stored form of an identifier; `undefined` refuses it. Default: for addresses trimmed, NFC, the domain in
   * ASCII, lower case; for other identifiers trimmed, NFC, ASCII letters in lower case.
   */
  normalizeIdentifier?: NormalizeIdentifier;
  /** How often passwords may be guessed and mails be asked for; `false` for no limits. Default: {@link LimitsOptions}. */
  limits?: LimitsOptions | false;
  /**
   * How many proxies stand before the application and add the client's address to `X-Forwarded-For`. Default 0: the
   * address is the connection's, whatever a header says.
   */
  trustedProxies?: number;
  /** How long a statement may take before the answer is `503`, in seconds. Default 2. */
  databaseTimeoutSeconds?: number;
  /** Settings of backends, by name. */
  backends?: Record<string, BackendSettings>;
  verification?: Pick<VerificationOptions, 'tokenLifetimeSeconds'>;
  passwordReset?: Pick<PasswordResetOptions, 'tokenLifetimeSeconds'>;
  oauth2?: OAuth2SettingsOptions;
  currentUser?: Pick<CurrentUserOptions, 'requireFreshLogin' | 'emailChange'>;
  userManagement?: Pick<UserManagementOptions, 'requireFreshLogin' | 'invitationLifetimeSeconds'>;
}

type FlatSettings = Pick<
  UsersModuleSettings,
  | 'secret'
  | 'secrets'
  | 'passwords'
  | 'requireVerification'
  | 'normalizeIdentifier'
  | 'limits'
  | 'trustedProxies'
  | 'databaseTimeoutSeconds'
>;

/** What `UsersModule.forRoot()` takes: the plan, and the settings beside it. */
export interface UsersModuleOptions<User extends BaseUser = BaseUser>
  extends UsersPlanOptions<User>, FlatSettings {}

/** What `UsersModule.forRootAsync()` takes: the plan, and a factory for the settings. What the factory says wins. */
export interface UsersModuleAsyncOptions<User extends BaseUser = BaseUser>
  extends UsersPlanOptions<User>, Partial<FlatSettings> {
  /** What the factory is called with. Default: nothing. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  // oxlint-disable-next-line no-explicit-any -- Nest's own type of a factory: the arguments are what `inject` names
  useFactory: (...args: any[]) => UsersModuleSettings | Promise<UsersModuleSettings>;
}
