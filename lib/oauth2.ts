// Login with accounts at providers: the module's option `oauth2: oauth2({ … })`
export { oauth2 } from './features/oauth2/oauth2.feature.js';
export type {
  NewUserFields,
  OAuth2Options,
  OAuth2SettingsOptions,
  OAuthClientSettings,
} from './features/oauth2/oauth2.options.js';

// The providers
export { google, type GoogleOptions } from './features/oauth2/clients/google.client.js';
export { github, type GithubOptions } from './features/oauth2/clients/github.client.js';
export { microsoft, type MicrosoftOptions } from './features/oauth2/clients/microsoft.client.js';
export { oidc, type OidcOptions } from './features/oauth2/clients/oidc.client.js';
export { oauth2Client, type OAuth2ClientOptions } from './features/oauth2/clients/oauth2.client.js';
export type {
  ClientTraits,
  OAuthClientDefinition,
  OAuthClientOptions,
  OAuthProfile,
  OwnServerOptions,
  ProfileSource,
  ProviderServer,
  ReadProfile,
} from './features/oauth2/clients/client.options.js';
export type { ProviderIdentity } from './features/oauth2/clients/provider-identity.js';

// Linked accounts
export { OAuthAccountsService } from './features/oauth2/accounts/oauth-accounts.service.js';

// Errors
export {
  EmailNotAvailableError,
  ExpiredStateError,
  ForgedStateError,
  InvalidCodeError,
  InvalidStateError,
  LastLoginMethodError,
  OAuthAccountNotFoundError,
  OAuthProviderError,
  OAuthProviderUnavailableError,
  OAuthUserAlreadyExistsError,
} from './features/oauth2/oauth2.errors.js';
