import {
  defineClient,
  type OAuthClientDefinition,
  type OAuthClientOptions,
  type ProfileSource,
} from './client.options.js';
import { OPENID_SCOPES, openIdProfile } from './openid-profile.js';

/** The options of {@link google}. */
export interface GoogleOptions extends OAuthClientOptions {
  /**
   * The client's name. It stands in paths, `/auth/{name}/authorize`, and names the client in the factory. Letters, digits
   * and hyphens, 64 at most.
   * @default 'google'
   */
  name?: string;
}

/**
 * Google. An address counts as verified only if Google itself runs its mailbox. Any other address may belong to
 * another person by now (Google, "Authenticate with a backend server").
 */
export const google = (options: GoogleOptions = {}): OAuthClientDefinition =>
  defineClient({
    kind: 'google',
    name: options?.name ?? 'google',
    options,
    own: {},
    addresses: {},
    needsSecret: true,
    traits: () => ({
      server: { issuer: 'https://accounts.google.com' },
      isOpenId: true,
      scopes: OPENID_SCOPES,
      readProfile: googleProfile,
      trustEmail: true,
    }),
  });

export function googleProfile(source: ProfileSource) {
  const { hd, email } = source.claims;
  const isGoogles = typeof hd === 'string' || (typeof email === 'string' && /@gmail\.com$/i.test(email));
  const profile = openIdProfile(source);
  return { ...profile, emailVerified: isGoogles && profile.emailVerified };
}
