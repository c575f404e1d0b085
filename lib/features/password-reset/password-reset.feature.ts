import type { Feature } from '../feature.js';
import { createPasswordResetController } from './password-reset.controller.js';
import {
  PASSWORD_RESET_PLAN,
  PASSWORD_RESET_SETTINGS,
  type PasswordResetOptions,
} from './password-reset.options.js';

export const passwordResetFeature: Feature<PasswordResetOptions> = {
  key: 'passwordReset',
  plan: PASSWORD_RESET_PLAN,
  settings: PASSWORD_RESET_SETTINGS,
  build(options, { dtos }) {
    const paths = { path: 'auth', forgotPath: 'forgot-password', resetPath: 'reset-password' };
    return { controllers: [createPasswordResetController({ ...paths, dtos, ...options })] };
  },
};
