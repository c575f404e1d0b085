import type { Type } from '@nestjs/common';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/** Login and logout: `POST {path}/{backend}/{loginPath}` and `…/{logoutPath}` for each backend. */
export interface AuthOptions extends FeatureOptions {
  /** Default `auth`. */
  path?: string;
  /** Default `login`. */
  loginPath?: string;
  /** Default `logout`. */
  logoutPath?: string;
  /** A login's body carries the user as `user`. Default: true if `readDto` is given, else false. */
  returnUser?: boolean;
  /** How that user is shown. Default: `dtos.read`. */
  readDto?: Type;
}

export const AUTH_PLAN = [...FEATURE_PLAN, 'loginPath', 'logoutPath', 'returnUser', 'readDto'] as const;
