import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { Authority } from '../../authorization/authority.js';
import { heldRoles, holdsAll } from '../../authorization/held-roles.js';
import { NotAllowedError } from '../../common/users-error.js';
import { definedFields } from '../../common/defined-fields.js';
import type { BaseRole } from '../../roles/role.entity.js';
import { comparedRoleName } from '../../roles/role-name.js';
import type { RoleAssignmentDto, RoleCreateDto, RoleUpdateDto } from '../../roles/roles.dto.js';
import { DEFAULT_ROLES_LIMIT } from '../../roles/roles.repository.js';
import { RolesService, type UserWithRoles, WITH_ROLES } from '../../roles/roles.service.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { Precondition } from '../../users/precondition.js';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import { UserNotFoundError } from '../../users/users.errors.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { ListRolesDto } from './list-roles.dto.js';
import { ROLE_GRANT, type RoleManagementOptions } from './role-management.options.js';

/** The operations of administrators on roles, with their checks. */
@Injectable()
export class RoleManagementService {
  constructor(
    private readonly roles: RolesService,
    private readonly users: UsersRepository,
    private readonly authority: Authority,
    @Inject(ROLE_GRANT) private readonly grant: RoleManagementOptions['grant'],
  ) {}

  async list({ limit = DEFAULT_ROLES_LIMIT, page = 1 }: ListRolesDto, load?: LoadOptions<BaseRole>) {
    const query = { limit, offset: (page - 1) * limit };
    const [items, total] = await this.roles.listAndCountRoles(query, { load });
    return { items, total };
  }

  async create(identity: Identity, body: RoleCreateDto, load?: LoadOptions<BaseRole>): Promise<BaseRole> {
    this.requireAnyGrant(identity);
    const fields = definedFields(body) as RoleCreateDto;
    const role = await this.roles.addRole(fields, this.authority.over(identity));
    return load ? this.roles.getRole(role.id, { load }) : role;
  }

  async update(
    identity: Identity,
    id: string,
    body: RoleUpdateDto,
    load?: LoadOptions<BaseRole>,
  ): Promise<BaseRole> {
    this.requireAnyGrant(identity);
    const role = await this.roles.updateRole(id, definedFields(body), this.authority.over(identity));
    return load ? this.roles.getRole(role.id, { load }) : role;
  }

  remove(identity: Identity, id: string): Promise<void> {
    this.requireAnyGrant(identity);
    return this.roles.deleteRole(id, this.authority.over(identity));
  }

  async assign(identity: Identity, body: RoleAssignmentDto): Promise<UserWithRoles> {
    const { user, role, preconditions } = await this.requireMayChange(identity, body);
    return this.roles.assignRole(user, role, preconditions);
  }

  async revoke(identity: Identity, body: RoleAssignmentDto): Promise<UserWithRoles> {
    const { user, role, preconditions } = await this.requireMayChange(identity, body);
    return this.roles.revokeRole(user, role, preconditions);
  }

  /**
   * An administrator who may grant only their own roles could otherwise rename one of them to a role that they
   * do not have.
   */
  private requireAnyGrant({ user }: Identity): void {
    if (this.grant === 'own' && !user.isSuperuser) throw new NotAllowedError();
  }

  /**
   * Only superusers may change superusers. With `grant: 'own'`, an administrator may grant only roles that they
   * have, and only to users without any role that the administrator does not have.
   */
  private async requireMayChange(
    identity: Identity,
    { userId, roleId }: RoleAssignmentDto,
  ): Promise<MayChange> {
    if (identity.user.isSuperuser) {
      return { user: userId, role: roleId, preconditions: this.authority.over(identity) };
    }
    const user = await this.users.findById(userId, WITH_ROLES);
    if (!user) throw new UserNotFoundError();
    const role = await this.roles.getRole(roleId);
    if (user.isSuperuser) throw new NotAllowedError();
    if (this.grant === 'any') {
      return { user, role, preconditions: this.authority.over(identity, { target: user }) };
    }

    const concerned = [...(await heldRoles(user, this.users)), comparedRoleName(role.name)];
    if (!(await holdsAll(identity.user, concerned, this.users))) throw new NotAllowedError();
    const change = { target: user, coversRoles: true, role: role.id };
    return { user, role, preconditions: this.authority.over(identity, change) };
  }
}

/** An allowed assignment: loaded rows if the check needed them, otherwise ids. */
interface MayChange {
  user: BaseUser | UserId;
  role: BaseRole | BaseRole['id'];
  /** Conditions that must still hold when the change is written. */
  preconditions: Precondition[];
}
