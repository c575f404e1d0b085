import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** Verification of e-mail addresses: `POST {path}/{requestPath}` and `POST {path}/{verifyPath}`. */
export interface VerificationOptions extends FeatureOptions {
  /** Default `auth`. */
  path?: string;
  /** Default `request-verify-token`. */
  requestPath?: string;
  /** Default `verify`. */
  verifyPath?: string;
  /** How long a mailed token works, in seconds. Default 3600. */
  tokenLifetimeSeconds?: number;
}

export const VERIFICATION_PLAN = [...FEATURE_PLAN, 'requestPath', 'verifyPath'] as const;
export const VERIFICATION_SETTINGS = ['tokenLifetimeSeconds'] as const;
