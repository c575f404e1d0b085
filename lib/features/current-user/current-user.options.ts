import type { Type } from '@nestjs/common';
import type { FreshLoginWindow } from '../../authentication/reauthentication.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** The logged-in user: `GET {path}` and `PATCH {path}`, and with `deletion` `DELETE {path}`. */
export interface CurrentUserOptions<User extends BaseUser = BaseUser> extends FeatureOptions {
  /** Default `users/me`. */
  path?: string;
  /** Relations that come along with the user. */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /** How the user is shown. Default: `dtos.read`. */
  readDto?: Type;
  /** What users may change of themselves. Default: `dtos.update`. */
  updateDto?: Type;
  /**
   * A change of one's own password or e-mail address needs a login at most so many seconds old, or
   * `currentPassword` in the body; `false` asks for neither. Default 600.
   */
  requireFreshLogin?: FreshLoginWindow;
  /** Registers `DELETE {path}`, by which users delete themselves, after a fresh login. Default false. */
  deletion?: boolean;
  /**
   * `confirmed`: a new address takes effect when somebody uses the token that is mailed to it. `immediate`: at once,
   * and unverified. Either way the old address is told. Default: `confirmed` with `requireVerification` and the
   * feature `verification`, else `immediate`.
   */
  emailChange?: 'confirmed' | 'immediate';
  /** Users who are not verified may not even change their own address. Default false. */
  strictVerification?: boolean;
}

export const CURRENT_USER_PLAN = [
  ...FEATURE_PLAN,
  'loadOptions',
  'readDto',
  'updateDto',
  'deletion',
  'strictVerification',
] as const;
export const CURRENT_USER_SETTINGS_KEYS = ['requireFreshLogin', 'emailChange'] as const;

export interface CurrentUserSettings {
  requireFreshLogin: FreshLoginWindow;
  emailChange: 'confirmed' | 'immediate';
}
export const CURRENT_USER_SETTINGS = Symbol('nestjs-users: settings of currentUser');
