import {
  CLIENT_SETTINGS,
  defineClient,
  type OAuthClientDefinition,
  type OAuthClientOptions,
  type ProfileSource,
} from './client.options.js';
import { OPENID_SCOPES, openIdProfile } from './openid-profile.js';

/** What {@link google} takes. */
export interface GoogleOptions extends OAuthClientOptions {
  /** Stands in paths. Default `google`. */
  name?: string;
}

/**
 * Google. An address counts as verified where Google itself runs its mailbox: of any other, somebody else may be the
 * owner by now (Google, "Authenticate with a backend server").
 */
export const google = (options: GoogleOptions = {}): OAuthClientDefinition =>
  defineClient({
    kind: 'google',
    name: options?.name ?? 'google',
    options,
    settings: CLIENT_SETTINGS,
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
