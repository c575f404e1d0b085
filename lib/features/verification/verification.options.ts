import { FEATURE_KINDS, type FeatureOptions, type OptionKinds } from '../feature.js';

/** Verification of e-mail addresses: `POST {path}/{requestPath}` and `POST {path}/{verifyPath}`. */
export interface VerificationOptions extends FeatureOptions {
  /**
   * The prefix of both routes.
   * @default 'auth'
   */
  path?: string;
  /**
   * The end of the path of the route that mails a token.
   * @default 'request-verify-token'
   */
  requestPath?: string;
  /**
   * The end of the path of the route that takes a token.
   * @default 'verify'
   */
  verifyPath?: string;
  /**
   * How long a mailed token works, in seconds.
   * @default 3600
   */
  tokenLifetimeSeconds?: number;
}

/** What a factory may give. */
export type VerificationSettings = Pick<VerificationOptions, 'tokenLifetimeSeconds'>;

export const VERIFICATION_KINDS: OptionKinds<VerificationOptions, VerificationSettings> = {
  ...FEATURE_KINDS,
  requestPath: 'plan',
  verifyPath: 'plan',
  tokenLifetimeSeconds: 'setting',
};
