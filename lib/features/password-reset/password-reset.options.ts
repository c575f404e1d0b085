import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** Reset of forgotten passwords: `POST {path}/{forgotPath}` and `POST {path}/{resetPath}`. */
export interface PasswordResetOptions extends FeatureOptions {
  /** Default `auth`. */
  path?: string;
  /** Default `forgot-password`. */
  forgotPath?: string;
  /** Default `reset-password`. */
  resetPath?: string;
  /** How long a reset link works, in seconds. Default 3600. The first use spends it either way. */
  tokenLifetimeSeconds?: number;
}

export const PASSWORD_RESET_PLAN = [...FEATURE_PLAN, 'forgotPath', 'resetPath'] as const;
export const PASSWORD_RESET_SETTINGS = ['tokenLifetimeSeconds'] as const;
