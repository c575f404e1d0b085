import type { Feature } from '../feature.js';
import { createPasswordResetController } from './password-reset.controller.js';
import { PASSWORD_RESET_KINDS, type PasswordResetOptions } from './password-reset.options.js';

export const passwordResetFeature: Feature<PasswordResetOptions, 'passwordReset'> = {
  key: 'passwordReset',
  kinds: PASSWORD_RESET_KINDS,
  build(options, { dtos, addresses }) {
    const paths = { path: 'auth', forgotPath: 'forgot-password', resetPath: 'reset-password' };
    return { controllers: [createPasswordResetController({ ...paths, dtos, addresses, ...options })] };
  },
};
