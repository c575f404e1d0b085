import type { Claims } from '../../common/signed-tokens.js';

/** The claims of an access token. */
export interface AccessClaims extends Claims {
  /** When the user logged in, in seconds (OpenID Connect Core §2): never renewed by a later token. */
  auth_time: number;
  /** The login's session, where sessions are kept (OpenID Connect Front-Channel Logout §3). */
  sid?: string;
}
