import type { Type } from '@nestjs/common';
import type { BaseRole } from '../../roles/role.entity.js';
import type { LoadOptions } from '../../users/load-options.js';
import { FEATURE_PLAN, type FeatureOptions } from '../feature.js';

/**
 * Administration of roles: `GET` and `POST {path}`, `PATCH` and `DELETE {path}/:id`, `PUT {path}/{assignPath}` and
 * `PUT {path}/{revokePath}`. Needs `entities.role`.
 */
export interface RoleManagementOptions<Role extends BaseRole = BaseRole> extends FeatureOptions {
  /** Default `users/roles`. */
  path?: string;
  /** Default `assign`. */
  assignPath?: string;
  /** Default `revoke`. */
  revokePath?: string;
  /** Who may administer roles, and with them what everybody may do. Default: superusers. */
  guards?: FeatureOptions['guards'];
  /**
   * `any`: who passes the guards may assign and revoke any role. `own`: only roles that they have themselves, and
   * none but superusers makes, changes or deletes roles. Default `any`.
   */
  grant?: 'any' | 'own';
  /** Relations that come along with the roles. */
  loadOptions?: LoadOptions<NoInfer<Role>>;
  /** Default: `dtos.roleCreate`. */
  createDto?: Type;
  /** How roles are shown. Default: `dtos.roleRead`. */
  readDto?: Type;
  /** Default: `dtos.roleUpdate`. */
  updateDto?: Type;
}

export const ROLE_MANAGEMENT_PLAN = [
  ...FEATURE_PLAN,
  ...(['assignPath', 'revokePath', 'grant', 'loadOptions', 'createDto', 'readDto', 'updateDto'] as const),
];

export const ROLE_GRANT = Symbol('nestjs-users: which roles may be granted');
