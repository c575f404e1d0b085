import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { heldRoles, holdsAll } from '../../authorization/held-roles.js';
import { NotAllowedError } from '../../common/users-error.js';
import { definedFields } from '../../common/defined-fields.js';
import type { BaseRole } from '../../roles/role.entity.js';
import { comparedRoleName } from '../../roles/role-name.js';
import type { RoleAssignmentDto, RoleCreateDto, RoleUpdateDto } from '../../roles/roles.dto.js';
import { DEFAULT_ROLES_LIMIT } from '../../roles/roles.repository.js';
import { RolesService, type UserWithRoles, WITH_ROLES } from '../../roles/roles.service.js';
import type { LoadOptions } from '../../users/load-options.js';
import { UserNotFoundError } from '../../users/users.errors.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { ListRolesDto } from './list-roles.dto.js';
import { ROLE_GRANT, type RoleManagementOptions } from './role-management.options.js';

/** What administrators do to roles, as far as they may. */
@Injectable()
export class RoleManagementService {
  constructor(
    private readonly roles: RolesService,
    private readonly users: UsersRepository,
    @Inject(ROLE_GRANT) private readonly grant: RoleManagementOptions['grant'],
  ) {}

  async list({ limit = DEFAULT_ROLES_LIMIT, page = 1 }: ListRolesDto, load?: LoadOptions<BaseRole>) {
    const query = { limit, offset: (page - 1) * limit };
    const [items, total] = await this.roles.listAndCountRoles(query, { load });
    return { items, total };
  }

  async create({ user }: Identity, body: RoleCreateDto, load?: LoadOptions<BaseRole>): Promise<BaseRole> {
    this.requireAnyGrant(user.isSuperuser);
    const role = await this.roles.addRole(definedFields(body) as RoleCreateDto);
    return load ? this.roles.getRole(role.id, { load }) : role;
  }

  async update(
    { user }: Identity,
    id: string,
    body: RoleUpdateDto,
    load?: LoadOptions<BaseRole>,
  ): Promise<BaseRole> {
    this.requireAnyGrant(user.isSuperuser);
    const role = await this.roles.updateRole(id, definedFields(body));
    return load ? this.roles.getRole(role.id, { load }) : role;
  }

  remove({ user }: Identity, id: string): Promise<void> {
    this.requireAnyGrant(user.isSuperuser);
    return this.roles.deleteRole(id);
  }

  async assign(identity: Identity, { userId, roleId }: RoleAssignmentDto): Promise<UserWithRoles> {
    await this.requireMayChange(identity, { userId, roleId });
    return this.roles.assignRole(userId, roleId);
  }

  async revoke(identity: Identity, { userId, roleId }: RoleAssignmentDto): Promise<UserWithRoles> {
    await this.requireMayChange(identity, { userId, roleId });
    return this.roles.revokeRole(userId, roleId);
  }

  /** Who may grant their own roles alone could rename one of them to a role that they lack. */
  private requireAnyGrant(isSuperuser: boolean): void {
    if (this.grant === 'own' && !isSuperuser) throw new NotAllowedError();
  }

  /** Nobody but a superuser changes a superuser; with `grant: 'own'`, nor grants what they lack, nor to whom has more. */
  private async requireMayChange({ user }: Identity, { userId, roleId }: RoleAssignmentDto): Promise<void> {
    if (user.isSuperuser) return;
    const target = await this.users.findById(userId, WITH_ROLES);
    if (!target) throw new UserNotFoundError();
    const { name } = await this.roles.getRole(roleId);
    if (target.isSuperuser) throw new NotAllowedError();
    if (this.grant === 'any') return;
    const concerned = [...(await heldRoles(target, this.users)), comparedRoleName(name)];
    if (!(await holdsAll(user, concerned, this.users))) throw new NotAllowedError();
  }
}
