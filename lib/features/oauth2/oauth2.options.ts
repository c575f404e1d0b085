import type { Type } from '@nestjs/common';
import type { FreshLoginWindow } from '../../authentication/reauthentication.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { UserFields } from '../../users/user-fields.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';
import type { OAuthClientDefinition } from './clients/client.options.js';
import type { GithubOptions } from './clients/github.client.js';
import type { MicrosoftOptions } from './clients/microsoft.client.js';
import type { OAuth2ClientOptions } from './clients/oauth2.client.js';
import type { OidcOptions } from './clients/oidc.client.js';
import type { ProviderIdentity } from './clients/provider-identity.js';

/**
 * Login by accounts at providers: `GET {path}/{client}/authorize`, `…/callback` and, but for cookies, `POST …/token` for each client, the
 * first two below `{associatePath}` for users who are logged in, and `{accountsPath}` for what they have linked.
 */
export interface OAuth2Options<User extends BaseUser = BaseUser> extends FeatureOptions {
  /** The providers: `google()`, `github()`, `microsoft()`, `oidc()`, `oauth2Client()`. */
  clients: readonly OAuthClientDefinition[];
  /**
   * Where browsers reach the application, a global prefix included: `https://api.example.com/v1`. The providers are
   * told this address and the route's path. It is never taken from a request, whose `Host` anybody may write.
   */
  redirectUrl?: string;
  /** Origins whose pages users may come back to by `?redirect_to=`, such as `https://app.example.com`. Default: none. */
  allowedRedirects?: readonly string[];
  /** The name of the backend that logs in. Default: the first. */
  backend?: string;
  /**
   * Links a provider's account to the user who has its address, if the provider calls the address verified, and the
   * client trusts it. A user who never verified the address loses password, sessions and links. Default false: the
   * answer is `OAUTH_USER_ALREADY_EXISTS`.
   */
  associateByEmail?: boolean;
  /** Keeps the provider's tokens, encrypted, for calls to its API. Default false. */
  storeTokens?: boolean;
  /** Whether whoever is unknown becomes a new user. Default true. */
  allowRegistration?: boolean;
  /**
   * Fields of a new user, from what the provider says; may be asynchronous. Those that nobody may set of themselves
   * are left out.
   */
  newUser?: (
    identity: ProviderIdentity,
  ) => NewUserFields<NoInfer<User>> | Promise<NewUserFields<NoInfer<User>>>;
  /** To link an account, or to remove one, a login must be at most so many seconds old; `false`: any. Default 600. */
  requireFreshLogin?: FreshLoginWindow;
  /** How long a provider may take for all that one request asks of it, in seconds, 9 at most. Default 8. */
  providerTimeoutSeconds?: number;
  /** Default `auth`. */
  path?: string;
  /** Default `authorize`. */
  authorizePath?: string;
  /** Default `callback`. */
  callbackPath?: string;
  /** Default `token`. */
  tokenPath?: string;
  /** Default `auth/associate`. */
  associatePath?: string;
  /** Default `users/me/oauth-accounts`. */
  accountsPath?: string;
  /** Relations that come along with the user, at login and when an account is linked. */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /** A login's body carries the user as `user`. Default: true if `loadOptions` or `readDto` is given, else false. */
  returnUser?: boolean;
  /** How users are shown. Default: `dtos.read`. */
  readDto?: Type;
}

/** What `newUser` may say: the rest is not its business. */
export type NewUserFields<User extends BaseUser = BaseUser> = Omit<
  UserFields<User>,
  keyof BaseUser | 'password'
>;

/** The option `newUser`, where there is one. */
export const NEW_USER = Symbol('nestjs-users: fields of a new user of oauth2');

/** What `forRootAsync`'s factory may say of a client: the options of its function, but for the name. */
export interface OAuthClientSettings extends Partial<
  Omit<OidcOptions & OAuth2ClientOptions & GithubOptions & MicrosoftOptions, 'name'>
> {}

/** What `forRootAsync`'s factory may say of OAuth2. */
export interface OAuth2SettingsOptions extends Pick<
  OAuth2Options,
  | 'redirectUrl'
  | 'allowedRedirects'
  | 'associateByEmail'
  | 'storeTokens'
  | 'allowRegistration'
  | 'requireFreshLogin'
  | 'providerTimeoutSeconds'
> {
  /** Options of clients, by name. */
  clients?: Record<string, OAuthClientSettings>;
}

export const OAUTH2_PLAN = [
  ...FEATURE_PLAN,
  ...(['clients', 'backend', 'newUser', 'authorizePath', 'callbackPath', 'tokenPath'] as const),
  ...(['associatePath', 'accountsPath', 'loadOptions', 'returnUser', 'readDto'] as const),
];

export const OAUTH2_SETTINGS_KEYS = [
  ...(['redirectUrl', 'allowedRedirects', 'associateByEmail', 'storeTokens', 'allowRegistration'] as const),
  ...(['requireFreshLogin', 'providerTimeoutSeconds', 'clients'] as const),
];
