import type { Claims } from '../../common/signed-tokens.js';

/** The claims of an access token. */
export interface AccessClaims extends Claims {
  /** When the user logged in, in seconds (OpenID Connect Core §2). Later tokens of the login keep it. */
  auth_time: number;
  /** The login's session, if sessions are stored (OpenID Connect Front-Channel Logout §3). */
  sid?: string;
}
