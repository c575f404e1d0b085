import type { Type } from '@nestjs/common';
import type { FreshLoginWindow } from '../../authentication/reauthentication.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/**
 * Administration of users: `GET` and `POST {path}`, `GET`, `PATCH` and `DELETE {path}/:id`, and with `passwordReset`
 * `POST {path}/:id/password-reset`.
 */
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
  /** How long the token works that a new user is mailed with `invite`, in seconds. Default 604800, a week. */
  invitationLifetimeSeconds?: number;
}

export const USER_MANAGEMENT_PLAN = [...FEATURE_PLAN, 'loadOptions', 'readDto', 'updateDto'] as const;
export const USER_MANAGEMENT_SETTINGS_KEYS = ['requireFreshLogin', 'invitationLifetimeSeconds'] as const;

export interface UserManagementSettings {
  requireFreshLogin: FreshLoginWindow;
  invitationLifetimeSeconds: number;
}
export const USER_MANAGEMENT_SETTINGS = Symbol('nestjs-users: settings of userManagement');

/** Whether there is a route that takes the token of an invitation. */
export const CAN_INVITE = Symbol('nestjs-users: whether users can be invited');
