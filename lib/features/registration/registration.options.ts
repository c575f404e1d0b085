import { FEATURE_KINDS, type FeatureOptions, type OptionKinds } from '../feature.js';

/** Registration: `POST {path}`. */
export interface RegistrationOptions extends FeatureOptions {
  /**
   * The path of the route: `POST {path}`.
   * @default 'auth/register'
   */
  path?: string;
  /**
   * Answers `202` without a user, whether the address is known or new. The owner of a known address is told by
   * `sendRegistrationAttempt`. Needs `requireVerification`, and
   * [other options that conceal the same](../../../docs/features/registration.md#concealing-who-is-registered).
   * @default false
   */
  concealExisting?: boolean;
}

export const REGISTRATION_KINDS: OptionKinds<RegistrationOptions> = {
  ...FEATURE_KINDS,
  concealExisting: 'flag',
};
