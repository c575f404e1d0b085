import {
  defineClient,
  type OAuthClientDefinition,
  type OwnServerOptions,
  type ReadProfile,
} from './client.options.js';

/** The options of {@link oauth2Client}. */
export interface OAuth2ClientOptions extends OwnServerOptions {
  /**
   * The URL to which users are sent to log in.
   * @required
   */
  authorizationUrl?: string;
  /**
   * The URL at which the code is exchanged for an access token.
   * @required
   */
  tokenUrl?: string;
  /**
   * Finds out [who logged in](../../../../docs/features/oauth2.md#providers): from `{ claims, ask }` it returns
   * `{ subject, email, emailVerified, claims }`, or a promise of that. `ask(url)` fetches JSON with the access token.
   */
  profile: ReadProfile;
  /**
   * How the secret is sent to `tokenUrl` (RFC 6749 §2.3.1): `'post'` in the body, `'basic'` by HTTP Basic.
   * @default 'post'
   */
  clientAuthentication?: 'post' | 'basic';
  /**
   * Names the provider. The issuer and the subject together identify an account, so the issuer must never change.
   * @default the origin of `authorizationUrl`
   */
  issuer?: string;
}

/** Any provider with plain OAuth2, without ID tokens. `profile` asks it for the user. */
export const oauth2Client = (options: OAuth2ClientOptions): OAuthClientDefinition =>
  defineClient({
    kind: 'oauth2Client',
    name: options?.name,
    options,
    own: {
      authorizationUrl: true,
      tokenUrl: true,
      profile: true,
      issuer: true,
      trustEmail: true,
      allowInsecureRequests: true,
      clientAuthentication: true,
    },
    addresses: {
      authorizationUrl: 'needed',
      tokenUrl: 'needed',
      issuer: 'optional',
    },
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
      // Checked together with the other settings.
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
