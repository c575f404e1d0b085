import { authFeature } from '../features/auth/auth.feature.js';
import { currentUserFeature } from '../features/current-user/current-user.feature.js';
import type { Feature, SubpathFeature } from '../features/feature.js';
import { passwordResetFeature } from '../features/password-reset/password-reset.feature.js';
import { registrationFeature } from '../features/registration/registration.feature.js';
import { roleManagementFeature } from '../features/role-management/role-management.feature.js';
import { userManagementFeature } from '../features/user-management/user-management.feature.js';
import { verificationFeature } from '../features/verification/verification.feature.js';
import type { UsersPlanOptions } from './options.js';

type Listed = { readonly key: keyof UsersPlanOptions } & (Feature<never> | SubpathFeature);

const LIST = [
  authFeature,
  registrationFeature,
  verificationFeature,
  passwordResetFeature,
  { key: 'oauth2', from: 'oauth2() of nestjs-users/oauth2' },
  currentUserFeature,
  roleManagementFeature,
  userManagementFeature,
] as const satisfies readonly Listed[];

/** Every feature, in the order of its routes: where two paths match, the first one answers. */
export const FEATURES: readonly (Feature<never> | SubpathFeature)[] = LIST;
export type FeatureKey = (typeof LIST)[number]['key'];
