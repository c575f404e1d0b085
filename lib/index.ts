// The module and its options
export { UsersModule } from './module/users.module.js';
export type {
  UsersModuleAsyncOptions,
  UsersModuleOptions,
  UsersModuleOptionsFactory,
  UsersModuleSettings,
  UsersPlanOptions,
} from './module/options.js';
export { ConfigurationError } from './common/configuration-error.js';

// Entities
export { BaseUser, IntUser, UuidUser, type UserId } from './users/user.entity.js';

export { BaseRole, IntRole, UuidRole } from './roles/role.entity.js';
export {
  BaseOAuthAccount,
  IntOAuthAccount,
  UuidOAuthAccount,
} from './features/oauth2/accounts/oauth-account.entity.js';
export { BaseOneTimeToken } from './features/oauth2/flow/one-time-token.entity.js';
export { BaseSession, IntSession, UuidSession } from './authentication/sessions/session.entity.js';

// The service, its hooks and events, and the repository
export { UsersService } from './accounts/users.service.js';
export type { LoginCredentials } from './users/identifiers.js';
export type { Precondition } from './users/precondition.js';
export {
  type HookResult,
  InvalidPasswordError,
  type LegacyLoginAttempt,
  type LegacyUser,
  type LoginAttempt,
  UsersHooks,
} from './accounts/users.hooks.js';
export { type UserEvent, type UserEventName, UserEvents } from './accounts/users.events.js';
export type { IdentifierOf } from './users/identifier-of.js';
export type { LoadOptions } from './users/load-options.js';
export { UserNotUniqueError } from './users/users.errors.js';
export { UsersRepository } from './users/users.repository.js';
export type { AddedUserFields, AddUserParameters, UserFields } from './users/user-fields.js';
export type { UsersFilter, UsersPageQuery, UsersQuery, UsersSort } from './users/pages/users-query.js';
export type { TokenPurpose } from './accounts/account-tokens.js';
export { normalizeEmail, type NormalizeIdentifier, normalizeName } from './users/email-address.js';
export type { Limit, LimitsOptions } from './accounts/limits/limits.options.js';
export { TooManyAttemptsError } from './accounts/limits/limits.js';
export type { RedisClient, RedisClientOption } from './common/redis.js';
export type { PasswordOptions } from './accounts/passwords/password.settings.js';
export type { PasswordScheme } from './accounts/passwords/password-scheme.js';
export type { PasswordSchemeName } from './accounts/passwords/scheme-checks.js';
export { settled } from './common/background.js';
export { serializeAs } from './common/output/dto-output.js';
export type { HttpRequest, HttpResponse } from './common/http.js';
export type { Secret } from './common/keyring.js';

// Roles
export { RolesService, type UserWithRoles } from './roles/roles.service.js';
export { type RoleFields, RolesRepository, type RolesQuery } from './roles/roles.repository.js';
export { RoleAssignmentDto, RoleCreateDto, RoleReadDto, RoleUpdateDto } from './roles/roles.dto.js';
export {
  InvalidRoleNameError,
  RoleAlreadyAssignedError,
  RoleAlreadyExistsError,
  RoleInUseError,
  RoleNotAssignedError,
  RoleNotFoundError,
} from './roles/roles.errors.js';

// DTO classes, each also the injection token of the class that replaces it
export {
  AdminCreateDto,
  AdminUpdateDto,
  ForgotPasswordDto,
  IsEmailAddress,
  LoginDto,
  RegisterDto,
  RequestVerifyDto,
  ResetPasswordDto,
  UserReadDto,
  UserUpdateDto,
  VerifyDto,
} from './users/users.dto.js';
export { IsOmittable } from './common/validation/constraints.js';
export type { DtoOptions } from './features/dtos.js';

// Backends
export { bearer } from './authentication/transports/bearer.transport.js';
export { cookie } from './authentication/transports/cookie.transport.js';
export type { CookieOptions } from './authentication/transports/cookie.options.js';
export { jwt } from './authentication/strategies/jwt.strategy.js';
export { database } from './authentication/strategies/database.strategy.js';
export { redis } from './authentication/strategies/redis.strategy.js';
export type {
  DatabaseOptions,
  JwtOptions,
  LifetimeOptions,
  RedisStrategyOptions,
} from './authentication/strategies/strategy.options.js';
export type {
  Backend,
  Credential,
  Identity,
  IssuedToken,
  Login,
  Strategy,
  Transport,
} from './authentication/backend.js';
export { type IssuePlan, type LoginPlan, LoginService } from './authentication/login.service.js';
export { SessionsService } from './authentication/sessions/sessions.service.js';
export type { BackendOptions, BackendSettings } from './authentication/backend.options.js';

// Guards and decorators
export { Authenticated } from './authentication/authenticated.guard.js';
export type { AuthenticatedOptions, UsersGuard } from './authentication/guard-rule.js';
export { CurrentIdentity, CurrentUser } from './authentication/current-user.decorator.js';
export { UserLoadOptions } from './authentication/user-load-options.decorator.js';
export { isPublic, Public } from './authentication/public.decorator.js';
export { RolesAccepted, type RolesGuardOptions, RolesRequired } from './authorization/roles.guard.js';
export { Superuser } from './authorization/superuser.guard.js';
export { type UpgradeRequest, rememberHandshake } from './authentication/contexts/handshake.js';
export type { HeadersOf } from './authentication/contexts/headers-of.js';
export { UsersErrorsInterceptor } from './authentication/contexts/users-errors.interceptor.js';
export { ConnectionsService } from './authorization/connections.service.js';

// Options of the features
export type { AdministrationOptions } from './features/administration.decorator.js';
export type { FeatureOptions, OpenFeature } from './features/feature.js';
export type { AuthOptions } from './features/auth/auth.options.js';
export type { CurrentUserOptions } from './features/current-user/current-user.options.js';
export type { PasswordResetOptions } from './features/password-reset/password-reset.options.js';
export type { RegistrationOptions } from './features/registration/registration.options.js';
export type { RoleManagementOptions } from './features/role-management/role-management.options.js';
export type { UserManagementOptions } from './features/user-management/user-management.options.js';
export type { VerificationOptions } from './features/verification/verification.options.js';

// Errors
export { ERROR_TABLE, type UsersErrorCode } from './common/error-codes.js';
export {
  type FieldFault,
  InvalidBodyError,
  NotAllowedError,
  NotAuthenticatedError,
  TemporarilyUnavailableError,
  UnreadableBodyError,
  UnsupportedBodyError,
  UsersError,
} from './common/users-error.js';
export { CrossOriginRequestError } from './authentication/transports/origin-check.js';
export { SessionNotFoundError } from './authentication/sessions/sessions.errors.js';
export { DatabaseError } from './database/database-error.js';
export {
  AlreadyVerifiedError,
  BadCredentialsError,
  BadCursorError,
  BadResetTokenError,
  BadVerifyTokenError,
  EmailAlreadyExistsError,
  EmailChangeNotAllowedError,
  InvalidIdentifierError,
  InvalidRegistrationPasswordError,
  InvalidResetPasswordError,
  InvalidUpdatePasswordError,
  LastSuperuserError,
  ReauthenticationRequiredError,
  SelfDeletionError,
  UserAlreadyExistsError,
  UserChangedMeanwhileError,
  UserInactiveError,
  UserInUseError,
  UserNotFoundError,
  UserNotVerifiedError,
  VerificationRequiredError,
} from './users/users.errors.js';
