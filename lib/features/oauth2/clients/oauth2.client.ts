import {
  CLIENT_SETTINGS,
  defineClient,
  type OAuthClientDefinition,
  type OwnServerOptions,
  type ReadProfile,
} from './client.options.js';

/** What {@link oauth2Client} takes. */
export interface OAuth2ClientOptions extends OwnServerOptions {
  /** Where users are sent to log in. */
  authorizationUrl?: string;
  /** Where the code is exchanged for an access token. */
  tokenUrl?: string;
  /** Finds out who logged in, with the access token. */
  profile: ReadProfile;
  /** How the secret is sent to `tokenUrl` (RFC 6749 §2.3.1): in the body, or by HTTP Basic. Default `post`. */
  clientAuthentication?: 'post' | 'basic';
  /**
   * Names the provider. Who somebody is depends on it, so it must never change. Default: the origin of
   * `authorizationUrl`.
   */
  issuer?: string;
}

/** Any provider that speaks plain OAuth2, without ID tokens: `profile` asks it who logged in. */
export const oauth2Client = (options: OAuth2ClientOptions): OAuthClientDefinition =>
  defineClient({
    kind: 'oauth2Client',
    name: options?.name,
    options,
    settings: [
      ...CLIENT_SETTINGS,
      ...['authorizationUrl', 'tokenUrl', 'profile', 'issuer', 'trustEmail', 'allowInsecureRequests'],
      'clientAuthentication',
    ],
    addresses: { authorizationUrl: 'needed', tokenUrl: 'needed', issuer: 'optional' },
    needsSecret: false,
    traits(settings: Partial<OAuth2ClientOptions>) {
      const {
        authorizationUrl = '',
        tokenUrl = '',
        profile,
        trustEmail = false,
        allowInsecureRequests,
      } = settings;
      const { issuer = new URL(authorizationUrl).origin } = settings;
      const server = { issuer, authorizationUrl, tokenUrl };
      // Judged with the rest of the settings.
      const readProfile = profile as ReadProfile;
      const { clientAuthentication } = settings;
      return {
        server,
        isOpenId: false,
        scopes: [],
        readProfile,
        trustEmail,
        allowInsecureRequests,
        clientAuthentication,
      };
    },
  });
