import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** Registration: `POST {path}`. */
export interface RegistrationOptions extends FeatureOptions {
  /** Default `auth/register`. */
  path?: string;
  /**
   * Answers `202` without a user, whether the address is known or new; the owner of a known one is told by
   * `sendRegistrationAttempt`. Needs `requireVerification`, and no other route that tells. Default false.
   */
  concealExisting?: boolean;
}

export const REGISTRATION_PLAN = [...FEATURE_PLAN, 'concealExisting'] as const;
