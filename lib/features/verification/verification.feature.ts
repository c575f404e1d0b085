import type { Feature } from '../feature.js';
import { createVerificationController } from './verification.controller.js';
import { VERIFICATION_KINDS, type VerificationOptions } from './verification.options.js';

export const verificationFeature: Feature<VerificationOptions, 'verification'> = {
  key: 'verification',
  kinds: VERIFICATION_KINDS,
  build(options, { dtos, addresses }) {
    const paths = { path: 'auth', requestPath: 'request-verify-token', verifyPath: 'verify' };
    return { controllers: [createVerificationController({ ...paths, dtos, addresses, ...options })] };
  },
};
