import {
  CLIENT_SETTINGS,
  defineClient,
  type OAuthClientDefinition,
  type OwnServerOptions,
  type ReadProfile,
} from './client.options.js';
import { OPENID_SCOPES, openIdProfile } from './openid-profile.js';

/** What {@link oidc} takes. */
export interface OidcOptions extends OwnServerOptions {
  /** The issuer, whose `/.well-known/openid-configuration` says the rest. */
  issuer?: string;
  /** Makes a profile of the claims, for a provider with claims of its own. Default: the standard claims. */
  profile?: ReadProfile;
}

/** Any OpenID Connect provider: Keycloak, Auth0, Okta and others. */
export const oidc = (options: OidcOptions): OAuthClientDefinition =>
  defineClient({
    kind: 'oidc',
    name: options?.name,
    options,
    settings: [...CLIENT_SETTINGS, 'issuer', 'trustEmail', 'allowInsecureRequests', 'profile'],
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
