import { ConfigurationError } from '../../../common/configuration-error.js';
import {
  CLIENT_SETTINGS,
  defineClient,
  type OAuthClientDefinition,
  type OAuthClientOptions,
  type ProfileSource,
} from './client.options.js';
import { OPENID_SCOPES, openIdProfile } from './openid-profile.js';

/** What {@link microsoft} takes. */
export interface MicrosoftOptions extends OAuthClientOptions {
  /** Stands in paths. Default `microsoft`. */
  name?: string;
  /** A tenant's id, or `common`, `organizations` or `consumers`. Default `common`. */
  tenant?: string;
}

const TENANT = /^[\w-]+(\.[\w-]+)*$/;

/**
 * Microsoft Entra ID and personal accounts. Its address never counts as verified: whoever administers a tenant writes
 * into it what they like (the "nOAuth" attacks).
 */
export const microsoft = (options: MicrosoftOptions = {}): OAuthClientDefinition =>
  defineClient({
    kind: 'microsoft',
    name: options?.name ?? 'microsoft',
    options,
    settings: [...CLIENT_SETTINGS, 'tenant'],
    addresses: {},
    needsSecret: true,
    traits({ tenant = 'common' }: MicrosoftOptions) {
      if (typeof tenant !== 'string' || !TENANT.test(tenant)) {
        throw new ConfigurationError(
          `oauth2.clients.${options.name ?? 'microsoft'}.tenant must be a tenant's id, common, organizations or consumers.`,
        );
      }
      return {
        server: { issuer: `https://login.microsoftonline.com/${tenant}/v2.0` },
        isOpenId: true,
        scopes: OPENID_SCOPES,
        readProfile: microsoftProfile,
        trustEmail: false,
      };
    },
  });

/** Without the claim `email`, the name to sign in by is an address most often. */
export function microsoftProfile(source: ProfileSource) {
  const { email, preferred_username: username } = source.claims;
  return { ...openIdProfile(source), email: email ?? username, emailVerified: false };
}
