import type { Type } from '@nestjs/common';
import type { BaseRole } from '../../roles/role.entity.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { AdministrationOptions } from '../administration.decorator.js';
import { FEATURE_KINDS, type OptionKinds } from '../feature.js';

/**
 * Administration of roles: `GET` and `POST {path}`, `PATCH` and `DELETE {path}/:id`, `PUT {path}/{assignPath}` and
 * `PUT {path}/{revokePath}`. Needs `entities.role`.
 */
export interface RoleManagementOptions<Role extends BaseRole = BaseRole> extends AdministrationOptions {
  /**
   * The prefix of the routes.
   * @default 'users/roles'
   */
  path?: string;
  /**
   * The end of the path of the route that gives a role to a user: `PUT {path}/{assignPath}`.
   * @default 'assign'
   */
  assignPath?: string;
  /**
   * The end of the path of the route that takes a role from a user: `PUT {path}/{revokePath}`.
   * @default 'revoke'
   */
  revokePath?: string;
  /**
   * Which roles an administrator may [give and take](../../../docs/features/role-management.md#which-roles-an-administrator-may-give).
   * `'any'`: every role. `'own'`: only the roles that the administrator has; and only superusers create, change and
   * delete roles.
   * @default 'any'
   */
  grant?: 'any' | 'own';
  /**
   * [Relations](../../../docs/relations.md) of the roles in the list.
   * @default none
   */
  loadOptions?: LoadOptions<NoInfer<Role>>;
  /**
   * The DTO class of a new role.
   * @default dtos.roleCreate
   */
  createDto?: Type;
  /**
   * The DTO class that shows roles.
   * @default dtos.roleRead
   */
  readDto?: Type;
  /**
   * The DTO class of what may be changed of a role.
   * @default dtos.roleUpdate
   */
  updateDto?: Type;
}

export const ROLE_MANAGEMENT_KINDS: OptionKinds<RoleManagementOptions> = {
  ...FEATURE_KINDS,
  authorizedBy: 'plan',
  assignPath: 'plan',
  revokePath: 'plan',
  grant: 'plan',
  loadOptions: 'plan',
  createDto: 'plan',
  readDto: 'plan',
  updateDto: 'plan',
};

export const ROLE_GRANT = Symbol('nestjs-users: which roles may be granted');
