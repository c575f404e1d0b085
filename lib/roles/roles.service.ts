import { Inject, Injectable } from '@nestjs/common';
import type { LoadOptions } from '../users/load-options.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { UserNotFoundError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import type { BaseRole } from './role.entity.js';
import { normalizeRoleName } from './role-name.js';
import { InvalidRoleNameError, RoleNotAssignedError, RoleNotFoundError } from './roles.errors.js';
import { type RoleFields, RolesRepository, type RolesQuery } from './roles.repository.js';

/** A user whose roles are loaded. */
export type UserWithRoles<Role extends BaseRole = BaseRole> = BaseUser & { roles: Role[] };

/** Everything that can be done to roles, with or without a request. */
@Injectable()
export class RolesService<Role extends BaseRole = BaseRole> {
  @Inject(RolesRepository)
  protected readonly rolesRepository!: RolesRepository<Role>;

  @Inject(UsersRepository)
  protected readonly usersRepository!: UsersRepository;

  /** @throws {RoleNotFoundError} also for an id that can be no role's */
  async getRole(id: BaseRole['id'], options: { load?: LoadOptions<Role> } = {}): Promise<Role> {
    const role = await this.rolesRepository.findById(id, options.load);
    if (!role) throw new RoleNotFoundError();
    return role;
  }

  /** @throws {RoleNotFoundError} */
  async getRoleByName(name: string): Promise<Role> {
    const role = await this.rolesRepository.findByName(name);
    if (!role) throw new RoleNotFoundError();
    return role;
  }

  /** A page of roles in the order of their names, and how many there are on all pages. */
  listAndCountRoles(
    query: RolesQuery = {},
    options: { load?: LoadOptions<Role> } = {},
  ): Promise<[Role[], number]> {
    return this.rolesRepository.findAndCount(query, options.load);
  }

  /** @throws {RoleAlreadyExistsError}, {InvalidRoleNameError} */
  async addRole(fields: RoleFields<Role> & { name: string }): Promise<Role> {
    return this.rolesRepository.insert({ ...fields, name: usable(fields.name) });
  }

  /** @throws {RoleNotFoundError}, {RoleAlreadyExistsError}, {InvalidRoleNameError} */
  async updateRole(id: BaseRole['id'], changes: RoleFields<Role>): Promise<Role> {
    const { id: known } = await this.getRole(id);
    const { name } = changes;
    const fields = name === undefined ? changes : { ...changes, name: usable(name) };
    if (!(await this.rolesRepository.update(known, fields))) throw new RoleNotFoundError();
    return this.getRole(known);
  }

  /**
   * Deletes the role, and takes it from everybody who has it.
   * @throws {RoleNotFoundError}, {UsersError} `ROLE_IN_USE` where other rows still refer to it
   */
  async deleteRole(id: BaseRole['id']): Promise<void> {
    const key = this.rolesRepository.parseId(id);
    if (key === undefined || !(await this.rolesRepository.delete(key))) throw new RoleNotFoundError();
  }

  /**
   * @returns the user with all their roles
   * @throws {UserNotFoundError}, {RoleNotFoundError}, {RoleAlreadyAssignedError}
   */
  async assignRole(userId: UserId, roleId: BaseRole['id']): Promise<UserWithRoles<Role>> {
    const [user, role] = [await this.findUser(userId), await this.getRole(roleId)];
    await this.rolesRepository.assign(user.id, role.id);
    return this.findUser(userId);
  }

  /**
   * @returns the user with the roles that are left
   * @throws {UserNotFoundError}, {RoleNotFoundError}, {RoleNotAssignedError}
   */
  async revokeRole(userId: UserId, roleId: BaseRole['id']): Promise<UserWithRoles<Role>> {
    const [user, role] = [await this.findUser(userId), await this.getRole(roleId)];
    if (!(await this.rolesRepository.revoke(user.id, role.id))) throw new RoleNotAssignedError();
    return this.findUser(userId);
  }

  private async findUser(id: UserId): Promise<UserWithRoles<Role>> {
    const user = await this.usersRepository.findById(id, WITH_ROLES);
    if (!user) throw new UserNotFoundError();
    return user as UserWithRoles<Role>;
  }
}

/** For queries that need to know a user's roles. */
export const WITH_ROLES = { relations: { roles: true } } as LoadOptions;

function usable(name: string): string {
  const normal = normalizeRoleName(name);
  if (normal === undefined) throw new InvalidRoleNameError();
  return normal;
}
