import type { Type } from '@nestjs/common';
import type { FreshLoginWindow } from '../../authentication/reauthentication.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { UserFields } from '../../users/user-fields.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_KINDS, type FeatureOptions, type OptionKinds } from '../feature.js';
import type { OAuthClientDefinition } from './clients/client.options.js';
import type { GithubOptions } from './clients/github.client.js';
import type { MicrosoftOptions } from './clients/microsoft.client.js';
import type { OAuth2ClientOptions } from './clients/oauth2.client.js';
import type { OidcOptions } from './clients/oidc.client.js';
import type { ProviderIdentity } from './clients/provider-identity.js';

/**
 * Login by accounts at providers. For each client: `GET {path}/{client}/authorize`, `…/callback` and, except with cookies,
 * `POST …/token`. For users who are logged in: `authorize` and `callback` below `{associatePath}`, and `{accountsPath}` for
 * what they have linked.
 */
export interface OAuth2Options<User extends BaseUser = BaseUser> extends FeatureOptions {
  /**
   * The [providers](../../../docs/options.md#providers): `google()`, `github()`, `microsoft()`, `oidc()`,
   * `oauth2Client()`. A factory may give the options of each client, except its name.
   */
  clients: readonly OAuthClientDefinition[];
  /**
   * The base URL at which browsers reach the application, with the global prefix: `https://api.example.com/v1`. It must be
   * `https`, except on `localhost`. The providers are told this URL and the path of the callback. It is never read from a
   * request, because any client can send any `Host` header.
   * @required
   */
  publicUrl?: string;
  /**
   * The origins whose pages users may come back to by `?redirect_to=`, such as `https://app.example.com`. They must be
   * `https`, except on `localhost`.
   * @default none
   */
  allowedRedirectOrigins?: readonly string[];
  /**
   * The name of the backend that logs the user in.
   * @default the first backend
   */
  backend?: string;
  /**
   * Links the provider's account to the user who has the same address,
   * [if the address counts as verified](../../../docs/features/oauth2.md#associatebyemail). A user who never verified the
   * address loses the password, the sessions and the links. With `false`, the answer is `OAUTH_USER_ALREADY_EXISTS`.
   * @default false
   */
  associateByEmail?: boolean;
  /**
   * Stores the provider's tokens, encrypted, for [calls to its API](../../../docs/features/oauth2.md#calling-the-providers-api).
   * @default false
   */
  storeTokens?: boolean;
  /**
   * Whether a login by an unknown account with an unknown address creates a new user.
   * @default true
   */
  allowRegistration?: boolean;
  /**
   * Returns [fields of a new user](../../../docs/features/oauth2.md#a-new-user), or a promise of them, from what the
   * provider says. Fields that users may not set for themselves are left out.
   * @default no further fields
   */
  newUser?: (
    identity: ProviderIdentity,
  ) => NewUserFields<NoInfer<User>> | Promise<NewUserFields<NoInfer<User>>>;
  /**
   * How recent a login must be, in seconds, to link an account or to remove one. `false` accepts every login.
   * @default 600
   */
  freshLoginSeconds?: FreshLoginWindow;
  /**
   * How long a provider may take for everything that one request asks of it, in seconds, from 1 to 9.
   * @default 8
   */
  providerTimeoutSeconds?: number;
  /**
   * The prefix of `GET {path}/{client}/{authorizePath}` and of the routes beside it.
   * @default 'auth'
   */
  path?: string;
  /**
   * The end of the path of the route that sends the user to the provider.
   * @default 'authorize'
   */
  authorizePath?: string;
  /**
   * The end of the path to which the provider sends the user back.
   * @default 'callback'
   */
  callbackPath?: string;
  /**
   * The end of the path of the route that exchanges a code for a token: `POST {path}/{client}/{tokenPath}`. A cookie
   * backend has no such route.
   * @default 'token'
   */
  tokenPath?: string;
  /**
   * The prefix of `GET {associatePath}/{client}/{authorizePath}` and `…/{callbackPath}`, by which a logged-in user
   * links an account. It is not relative to `path`.
   * @default 'auth/associate'
   */
  associatePath?: string;
  /**
   * The path of the routes by which users list and remove their linked accounts. It is not relative to `path`.
   * @default 'users/me/oauth-accounts'
   */
  accountsPath?: string;
  /**
   * [Relations](../../../docs/relations.md) of the user in the body of a login, and of the user who has linked an account.
   * @default none
   */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /**
   * Whether the body of a login has the user, as `user`.
   * @default `true` with `loadOptions` or `readDto`, else `false`
   */
  returnUser?: boolean;
  /**
   * The DTO class that shows users.
   * @default dtos.read
   */
  readDto?: Type;
}

/** What `newUser` may say: the rest is not its business. */
export type NewUserFields<User extends BaseUser = BaseUser> = Omit<
  UserFields<User>,
  keyof BaseUser | 'password'
>;

/** The option `newUser`, where there is one. */
export const NEW_USER = Symbol('nestjs-users: fields of a new user of oauth2');

/** What `forRootAsync`'s factory may say of a client: the options of its function, except the name. */
export interface OAuthClientSettings extends Partial<
  Omit<OidcOptions & OAuth2ClientOptions & GithubOptions & MicrosoftOptions, 'name'>
> {}

/** What `forRootAsync`'s factory may say of OAuth2. */
export interface OAuth2SettingsOptions extends Pick<
  OAuth2Options,
  | 'publicUrl'
  | 'allowedRedirectOrigins'
  | 'associateByEmail'
  | 'storeTokens'
  | 'allowRegistration'
  | 'freshLoginSeconds'
  | 'providerTimeoutSeconds'
> {
  /**
   * In a factory: options of each [client](../../../docs/options.md#providers), by its name: `{ google: { clientId, clientSecret } }`.
   * @default as beside the factory
   */
  clients?: Record<string, OAuthClientSettings>;
}

export const OAUTH2_KINDS: OptionKinds<OAuth2Options, OAuth2SettingsOptions> = {
  ...FEATURE_KINDS,
  clients: 'both',
  backend: 'plan',
  newUser: 'plan',
  authorizePath: 'plan',
  callbackPath: 'plan',
  tokenPath: 'plan',
  associatePath: 'plan',
  accountsPath: 'plan',
  loadOptions: 'plan',
  returnUser: 'flag',
  readDto: 'plan',
  publicUrl: 'setting',
  allowedRedirectOrigins: 'setting',
  associateByEmail: 'setting',
  storeTokens: 'setting',
  allowRegistration: 'setting',
  freshLoginSeconds: 'setting',
  providerTimeoutSeconds: 'setting',
};
