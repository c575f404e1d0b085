import type { Feature } from '../feature.js';
import { createVerificationController } from './verification.controller.js';
import {
  VERIFICATION_PLAN,
  VERIFICATION_SETTINGS,
  type VerificationOptions,
} from './verification.options.js';

export const verificationFeature: Feature<VerificationOptions> = {
  key: 'verification',
  plan: VERIFICATION_PLAN,
  settings: VERIFICATION_SETTINGS,
  build(options, { dtos }) {
    const paths = { path: 'auth', requestPath: 'request-verify-token', verifyPath: 'verify' };
    return { controllers: [createVerificationController({ ...paths, dtos, ...options })] };
  },
};
