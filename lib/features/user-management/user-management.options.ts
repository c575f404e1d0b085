import type { Type } from '@nestjs/common';
import { type FreshLoginWindow, resolveFreshLogin } from '../../authentication/reauthentication.js';
import { requireSeconds } from '../../common/option-checks.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { AdministrationOptions } from '../administration.decorator.js';
import { FEATURE_KINDS, type OptionKinds } from '../feature.js';

/**
 * Administration of users: `GET` and `POST {path}`, `GET`, `PATCH` and `DELETE {path}/:id`, and with `passwordReset`
 * `POST {path}/:id/password-reset`.
 */
export interface UserManagementOptions<User extends BaseUser = BaseUser> extends AdministrationOptions {
  /**
   * The prefix of the routes.
   * @default 'users'
   */
  path?: string;
  /**
   * [Relations](../../../docs/relations.md) of the users in the answers.
   * @default none
   */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /**
   * The DTO class that shows users.
   * @default dtos.read
   */
  readDto?: Type;
  /**
   * The DTO class of what may be changed of a user.
   * @default dtos.adminUpdate
   */
  updateDto?: Type;
  /**
   * How recent the administrator's own login must be, in seconds, to set a password or an address, or to make somebody a
   * superuser. An older login needs the administrator's `currentPassword` in the body. `false` asks for neither.
   * @default 600
   */
  freshLoginSeconds?: FreshLoginWindow;
  /**
   * How long the token works that `"invite": true` mails to a new user, in seconds. The default is a week.
   * @default 604800
   */
  invitationLifetimeSeconds?: number;
}

export const USER_MANAGEMENT_KINDS: OptionKinds<UserManagementOptions, UserManagementSettings> = {
  ...FEATURE_KINDS,
  authorizedBy: 'plan',
  loadOptions: 'plan',
  readDto: 'plan',
  updateDto: 'plan',
  freshLoginSeconds: 'setting',
  invitationLifetimeSeconds: 'setting',
};

/** What a factory may give, with every default in place. */
export interface UserManagementSettings {
  freshLoginSeconds: FreshLoginWindow;
  invitationLifetimeSeconds: number;
}
export const USER_MANAGEMENT_SETTINGS = Symbol('nestjs-users: settings of userManagement');

/** Whether there is a route that takes the token of an invitation. */
export const CAN_INVITE = Symbol('nestjs-users: whether users can be invited');

const DEFAULT_INVITATION_LIFETIME_SECONDS = 7 * 86_400;

/** @throws {ConfigurationError} */
export function resolveUserManagement(
  declared: UserManagementOptions,
  given: Partial<UserManagementSettings>,
): UserManagementSettings {
  const options = { ...declared, ...given };
  const { freshLoginSeconds, invitationLifetimeSeconds = DEFAULT_INVITATION_LIFETIME_SECONDS } = options;
  return {
    freshLoginSeconds: resolveFreshLogin('userManagement.freshLoginSeconds', freshLoginSeconds),
    invitationLifetimeSeconds: requireSeconds(
      'userManagement.invitationLifetimeSeconds',
      invitationLifetimeSeconds,
    ),
  };
}
