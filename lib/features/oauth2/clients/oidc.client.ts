import {
  defineClient,
  type OAuthClientDefinition,
  type OwnServerOptions,
  type ReadProfile,
} from './client.options.js';
import { OPENID_SCOPES, openIdProfile } from './openid-profile.js';

/** The options of {@link oidc}. */
export interface OidcOptions extends OwnServerOptions {
  /**
   * The issuer. Its `/.well-known/openid-configuration` has all else that the client needs.
   * @required
   */
  issuer?: string;
  /**
   * Finds out [who logged in](../../../../docs/features/oauth2.md#providers), for a provider with claims of its own: from
   * `{ claims, ask }` it returns `{ subject, email, emailVerified, claims }`, or a promise of that.
   * @default the standard claims
   */
  profile?: ReadProfile;
}

/** Any OpenID Connect provider: Keycloak, Auth0, Okta and others. */
export const oidc = (options: OidcOptions): OAuthClientDefinition =>
  defineClient({
    kind: 'oidc',
    name: options?.name,
    options,
    own: {
      issuer: true,
      trustEmail: true,
      allowInsecureRequests: true,
      profile: true,
    },
    addresses: { issuer: 'needed' },
    needsSecret: false,
    traits(settings: Partial<OidcOptions>) {
      const { issuer = '', profile = openIdProfile, trustEmail = false, allowInsecureRequests } = settings;
      const server = { issuer };
      return {
        server,
        isOpenId: true,
        scopes: OPENID_SCOPES,
        readProfile: profile,
        trustEmail,
        allowInsecureRequests,
      };
    },
  });
