import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { InTransaction } from '../database/in-transaction.js';
import type { LoadOptions } from '../users/load-options.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { isLoaded } from '../users/user-fields.js';
import { UserNotFoundError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import type { BaseRole } from './role.entity.js';
import { normalizeRoleName } from './role-name.js';
import { InvalidRoleNameError, RoleNotAssignedError, RoleNotFoundError } from './roles.errors.js';
import { type RoleFields, RolesRepository, type RolesQuery } from './roles.repository.js';

type Preconditions = readonly Precondition[];

/** A user whose roles are loaded. */
export type UserWithRoles<Role extends BaseRole = BaseRole> = BaseUser & { roles: Role[] };

/** All operations on roles, with or without a request. */
@Injectable()
export class RolesService<Role extends BaseRole = BaseRole> {
  @Inject(RolesRepository)
  protected readonly rolesRepository!: RolesRepository<Role>;

  @Inject(UsersRepository)
  protected readonly usersRepository!: UsersRepository;

  /**
   * Finds the role with this id.
   * @param options `load` names the relations to load
   * @throws {RoleNotFoundError} also for a malformed id
   */
  async getRole(id: BaseRole['id'], options: { load?: LoadOptions<Role> } = {}): Promise<Role> {
    const role = await this.rolesRepository.findById(id, options.load);
    if (!role) throw new RoleNotFoundError();
    return role;
  }

  /**
   * Finds the role with this [name](../../docs/roles.md#names), as a person typed it.
   * @throws {RoleNotFoundError}
   */
  async getRoleByName(name: string): Promise<Role> {
    const role = await this.rolesRepository.findByName(name);
    if (!role) throw new RoleNotFoundError();
    return role;
  }

  /**
   * Lists a page of roles, ordered by name.
   * @param query `limit`, 100 by default and at most 500, and `offset`, 0 by default
   * @param options `load` names the relations to load
   * @returns `[roles, total]`; `total` is the number of roles on all pages
   */
  listAndCountRoles(
    query: RolesQuery = {},
    options: { load?: LoadOptions<Role> } = {},
  ): Promise<[Role[], number]> {
    return this.rolesRepository.findAndCount(query, options.load);
  }

  /**
   * Makes a role.
   * @param fields `name`, and if you like `description` and columns of your own
   * @param preconditions conditions that must still hold when the role is stored; see {@link Precondition}
   * @returns the role as it is stored
   * @throws {RoleAlreadyExistsError}, {InvalidRoleNameError}
   * @throws the refusal of a precondition
   */
  async addRole(fields: RoleFields<Role> & { name: string }, preconditions?: Preconditions): Promise<Role> {
    const named = { ...fields, name: usable(fields.name) };
    return this.rolesRepository.insert(named, this.require(preconditions));
  }

  /**
   * Changes a role.
   * @param preconditions conditions that must still hold when the role is changed
   * @returns the changed role
   * @throws {RoleNotFoundError}, {RoleAlreadyExistsError}, {InvalidRoleNameError}
   * @throws the refusal of a precondition
   */
  async updateRole(
    id: BaseRole['id'],
    changes: RoleFields<Role>,
    preconditions?: Preconditions,
  ): Promise<Role> {
    const { id: known } = await this.getRole(id);
    const { name } = changes;
    const fields = name === undefined ? changes : { ...changes, name: usable(name) };
    const isChanged = await this.rolesRepository.update(known, fields, this.require(preconditions));
    if (!isChanged) throw new RoleNotFoundError();
    return this.getRole(known);
  }

  /**
   * Deletes a role, and takes it from every user who has it.
   * @param preconditions conditions that must still hold when the role is deleted
   * @throws {RoleNotFoundError}
   * @throws {RoleInUseError} if rows of yours refer to the role
   * @throws the refusal of a precondition
   */
  async deleteRole(id: BaseRole['id'], preconditions?: Preconditions): Promise<void> {
    const key = this.rolesRepository.parseId(id);
    if (key === undefined) throw new RoleNotFoundError();
    if (!(await this.rolesRepository.delete(key, this.require(preconditions)))) throw new RoleNotFoundError();
  }

  /**
   * Gives a user a role.
   * @param user a loaded user, or an id
   * @param role a loaded role, or an id
   * @param preconditions conditions that must still hold when the role is given
   * @returns the user with all roles
   * @throws {UserNotFoundError}, {RoleNotFoundError}, {RoleAlreadyAssignedError}
   * @throws the refusal of a precondition
   */
  assignRole(
    user: BaseUser | UserId,
    role: Role | BaseRole['id'],
    preconditions?: Preconditions,
  ): Promise<UserWithRoles<Role>> {
    return this.change(user, role, preconditions, (manager, userId, roleId) =>
      this.rolesRepository.assign(manager, userId, roleId),
    );
  }

  /**
   * Takes a role from a user.
   * @param user a loaded user, or an id
   * @param role a loaded role, or an id
   * @param preconditions conditions that must still hold when the role is revoked
   * @returns the user with the remaining roles
   * @throws {UserNotFoundError}, {RoleNotFoundError}, {RoleNotAssignedError}
   * @throws the refusal of a precondition
   */
  revokeRole(
    user: BaseUser | UserId,
    role: Role | BaseRole['id'],
    preconditions?: Preconditions,
  ): Promise<UserWithRoles<Role>> {
    return this.change(user, role, preconditions, async (manager, userId, roleId) => {
      if (!(await this.rolesRepository.revoke(manager, userId, roleId))) throw new RoleNotAssignedError();
    });
  }

  /** Locks the user's row, so that the user cannot become a superuser between the check of the preconditions and the write. */
  private async change(
    user: BaseUser | UserId,
    role: Role | BaseRole['id'],
    preconditions: Preconditions | undefined,
    write: (manager: EntityManager, user: UserId, role: BaseRole['id']) => Promise<void>,
  ): Promise<UserWithRoles<Role>> {
    const id = isLoaded(user) ? user.id : this.usersRepository.parseId(user);
    if (id === undefined) throw new UserNotFoundError();
    const { id: roleId } = typeof role === 'object' ? role : await this.roleOf(role, id);
    const inTransaction = (manager: EntityManager) => write(manager, id, roleId);
    if (!(await this.usersRepository.lock({ id }, inTransaction, preconditions))) {
      throw new UserNotFoundError();
    }
    return this.findUser(id);
  }

  /** If neither the user nor the role exists, the error is about the user. */
  private async roleOf(roleId: BaseRole['id'], userId: UserId): Promise<Role> {
    const role = await this.rolesRepository.findById(roleId);
    if (role) return role;
    await this.findUser(userId);
    throw new RoleNotFoundError();
  }

  private require(preconditions: Preconditions | undefined): InTransaction | undefined {
    return preconditions && ((manager) => this.usersRepository.requireAll({}, preconditions, manager));
  }

  private async findUser(id: UserId): Promise<UserWithRoles<Role>> {
    const user = await this.usersRepository.findById(id, WITH_ROLES);
    if (!user) throw new UserNotFoundError();
    return user as UserWithRoles<Role>;
  }
}

/** Loads a user's roles. */
export const WITH_ROLES = { relations: { roles: true } } as LoadOptions;

function usable(name: string): string {
  const normal = normalizeRoleName(name);
  if (normal === undefined) throw new InvalidRoleNameError();
  return normal;
}
