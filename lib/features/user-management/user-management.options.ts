import type { Type } from '@nestjs/common';
import type { FreshLoginWindow } from '../../authentication/reauthentication.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** Administration of users: `GET` and `POST {path}`, and `GET`, `PATCH` and `DELETE {path}/:id`. */
export interface UserManagementOptions<User extends BaseUser = BaseUser> extends FeatureOptions {
  /** Default `users`. */
  path?: string;
  /** Who may administer users. Default: superusers. */
  guards?: FeatureOptions['guards'];
  /** Relations that come along with the users whom the routes are about. */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /** How users are shown. Default: `dtos.read`. */
  readDto?: Type;
  /** What may be changed of a user. Default: `dtos.adminUpdate`. */
  updateDto?: Type;
  /**
   * Setting a password or an e-mail address, and granting superuser, need the administrator's own login to be at
   * most so many seconds old, or `currentPassword` in the body; `false` asks for neither. Default 600.
   */
  requireFreshLogin?: FreshLoginWindow;
}

export const USER_MANAGEMENT_PLAN = [...FEATURE_PLAN, 'loadOptions', 'readDto', 'updateDto'] as const;
export const USER_MANAGEMENT_SETTINGS_KEYS = ['requireFreshLogin'] as const;

export interface UserManagementSettings {
  requireFreshLogin: FreshLoginWindow;
}
export const USER_MANAGEMENT_SETTINGS = Symbol('nestjs-users: settings of userManagement');
