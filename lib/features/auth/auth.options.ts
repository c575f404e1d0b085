import type { Type } from '@nestjs/common';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** Login and logout: `POST {path}/{backend}/{loginPath}`, `…/{logoutPath}` and `…/{logoutAllPath}` for each backend. */
export interface AuthOptions<User extends BaseUser = BaseUser> extends FeatureOptions {
  /** Default `auth`. */
  path?: string;
  /** Default `login`. */
  loginPath?: string;
  /** Default `logout`. */
  logoutPath?: string;
  /** Default `logout-all`: ends every login of the user, by whatever backend. */
  logoutAllPath?: string;
  /** Relations that come along with the user at login. */
  loadOptions?: LoadOptions<NoInfer<User>>;
  /** A login's body carries the user as `user`. Default: true if `loadOptions` or `readDto` is given, else false. */
  returnUser?: boolean;
  /** How that user is shown. Default: `dtos.read`. */
  readDto?: Type;
}

export const AUTH_PLAN = [
  ...FEATURE_PLAN,
  ...(['loginPath', 'logoutPath', 'logoutAllPath', 'loadOptions', 'returnUser', 'readDto'] as const),
];
