import { FEATURE_KINDS, type FeatureOptions, type OptionKinds } from '../feature.js';

/** Reset of forgotten passwords: `POST {path}/{forgotPath}` and `POST {path}/{resetPath}`. */
export interface PasswordResetOptions extends FeatureOptions {
  /**
   * The prefix of both routes.
   * @default 'auth'
   */
  path?: string;
  /**
   * The end of the path of the route that mails a token.
   * @default 'forgot-password'
   */
  forgotPath?: string;
  /**
   * The end of the path of the route that takes a token and the new password.
   * @default 'reset-password'
   */
  resetPath?: string;
  /**
   * How long a mailed token works, in seconds. Each token is single-use; a refused password does not use it up.
   * @default 3600
   */
  tokenLifetimeSeconds?: number;
}

/** What a factory may give. */
export type PasswordResetSettings = Pick<PasswordResetOptions, 'tokenLifetimeSeconds'>;

export const PASSWORD_RESET_KINDS: OptionKinds<PasswordResetOptions, PasswordResetSettings> = {
  ...FEATURE_KINDS,
  forgotPath: 'plan',
  resetPath: 'plan',
  tokenLifetimeSeconds: 'setting',
};
