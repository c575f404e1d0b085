import { ConfigurationError } from '../../../common/configuration-error.js';
import {
  defineClient,
  type OAuthClientDefinition,
  type OAuthClientOptions,
  type ProfileSource,
} from './client.options.js';
import { OPENID_SCOPES, openIdProfile } from './openid-profile.js';

/** The options of {@link microsoft}. */
export interface MicrosoftOptions extends OAuthClientOptions {
  /**
   * The client's name. It stands in paths, `/auth/{name}/authorize`, and names the client in the factory. Letters, digits
   * and hyphens, 64 at most.
   * @default 'microsoft'
   */
  name?: string;
  /**
   * The id of a tenant, or `'common'`, `'organizations'` or `'consumers'`.
   * @default 'common'
   */
  tenant?: string;
}

const TENANT = /^[\w-]+(\.[\w-]+)*$/;

/**
 * Microsoft Entra ID and personal accounts. The address never counts as verified, because the administrator of
 * any tenant can set it to any value (the "nOAuth" attacks).
 */
export const microsoft = (options: MicrosoftOptions = {}): OAuthClientDefinition =>
  defineClient({
    kind: 'microsoft',
    name: options?.name ?? 'microsoft',
    options,
    own: { tenant: true },
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

/** Without the claim `email`, it uses the sign-in name, which is usually an address. */
export function microsoftProfile(source: ProfileSource) {
  const { email, preferred_username: username } = source.claims;
  return { ...openIdProfile(source), email: email ?? username, emailVerified: false };
}
