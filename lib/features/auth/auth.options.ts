import type { Type } from '@nestjs/common';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_KINDS, type FeatureOptions, type OptionKinds } from '../feature.js';

/**
 * Login and logout: `POST {path}/{backend}/{loginPath}`, `…/{logoutPath}` and `…/{logoutAllPath}` for each backend. The
 * `path` of a backend takes the place of its name there.
 */
export interface AuthOptions<User extends BaseUser = BaseUser> extends FeatureOptions {
  /**
   * The prefix of `POST {path}/{backend}/{loginPath}` and of the two logouts. A backend's
   * [`path`](../../../docs/backends.md#paths) takes the place of its name there.
   * @default 'auth'
   */
  path?: string;
  /**
   * The end of the path of the login.
   * @default 'login'
   */
  loginPath?: string;
  /**
   * The end of the path of the logout.
   * @default 'logout'
   */
  logoutPath?: string;
  /**
   * The end of the path of the route that ends every login of the user, by every backend.
   * @default 'logout-all'
   */
  logoutAllPath?: string;
  /**
   * [Relations](../../../docs/relations.md) of the user in the body of a login.
   * @default none
   */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /**
   * Whether the body of a login has the user, as `user`.
   * @default `true` with `loadOptions` or `readDto`, else `false`
   */
  returnUser?: boolean;
  /**
   * The DTO class that shows this user.
   * @default dtos.read
   */
  readDto?: Type;
}

export const AUTH_KINDS: OptionKinds<AuthOptions> = {
  ...FEATURE_KINDS,
  loginPath: 'plan',
  logoutPath: 'plan',
  logoutAllPath: 'plan',
  loadOptions: 'plan',
  returnUser: 'flag',
  readDto: 'plan',
};
