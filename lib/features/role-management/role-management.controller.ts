import { Delete, Get, HttpCode, Param, Patch, Post, Put, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { NoStore } from '../../common/http.js';
import { Describes, listOf, objectOf, type Shape } from '../../common/route-description.js';
import { Dto, QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import type { BaseRole } from '../../roles/role.entity.js';
import { RoleAssignmentDto, RoleCreateDto, RoleUpdateDto } from '../../roles/roles.dto.js';
import type { UserWithRoles } from '../../roles/roles.service.js';
import type { ResolvedDtos } from '../dtos.js';
import { AdministrationController } from '../administration.decorator.js';
import { ErrorHeaders } from '../feature.decorators.js';
import { ListRolesDto } from './list-roles.dto.js';
import { KnownRoleGuard } from './known-role.guard.js';
import type { RoleManagementOptions } from './role-management.options.js';
import { RoleManagementService } from './role-management.service.js';

type RoleManagementPlan = RoleManagementOptions & {
  readDto: Type;
  createDto: Type;
  updateDto: Type;
  dtos: ResolvedDtos;
};

export function createRoleManagementController(plan: RoleManagementPlan): Type {
  const output = new DtoOutput(plan.readDto);
  const userOutput = new DtoOutput(plan.dtos.read);
  const shown = { dto: plan.readDto };
  const userWithRoles: Shape = { allOf: [{ dto: plan.dtos.read }, objectOf({ roles: listOf(shown) })] };
  const unknownAssignment = { status: 404, when: 'No user or no role has this id.' };
  const writeUser = (user: UserWithRoles) => ({
    ...userOutput.write(user),
    roles: user.roles.map((role) => output.write(role)),
  });

  @ErrorHeaders()
  @AdministrationController(plan)
  class RoleManagementController {
    constructor(readonly management: RoleManagementService) {}

    @Get()
    @Describes({
      id: 'roles_list',
      summary: 'List roles',
      answers: {
        200: {
          says: 'A page of roles, ordered by name, and the number of all roles.',
          body: objectOf({ items: listOf(shown), total: { type: 'integer' } }),
        },
      },
    })
    async list(@QueryDto(ListRolesDto) query: Sent<ListRolesDto>) {
      const { items, total } = await this.management.list(query, plan.loadOptions);
      return { items: items.map((role: BaseRole) => output.write(role)), total };
    }

    @Post()
    @HttpCode(201)
    @Describes({
      id: 'roles_create',
      summary: 'Create a role',
      answers: { 201: { says: 'The new role.', body: shown } },
      failures: ['ROLE_ALREADY_EXISTS'],
    })
    async create(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(plan.createDto, RoleCreateDto) body: Sent<RoleCreateDto>,
    ) {
      return output.write(await this.management.create(identity, body, plan.loadOptions));
    }

    @Put(plan.assignPath)
    @Describes({
      id: 'roles_assign',
      summary: 'Assign a role to a user',
      answers: { 200: { says: 'The user with all `roles`.', body: userWithRoles } },
      failures: ['ROLE_ALREADY_ASSIGNED', unknownAssignment],
    })
    @NoStore()
    async assign(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(plan.dtos.roleAssignment, RoleAssignmentDto) body: Sent<RoleAssignmentDto>,
    ) {
      return writeUser(await this.management.assign(identity, body));
    }

    @Put(plan.revokePath)
    @Describes({
      id: 'roles_revoke',
      summary: 'Revoke a role of a user',
      answers: { 200: { says: 'The user with the remaining `roles`.', body: userWithRoles } },
      failures: ['ROLE_NOT_ASSIGNED', unknownAssignment],
    })
    @NoStore()
    async revoke(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(plan.dtos.roleAssignment, RoleAssignmentDto) body: Sent<RoleAssignmentDto>,
    ) {
      return writeUser(await this.management.revoke(identity, body));
    }

    @Patch(':id')
    @Describes({
      id: 'roles_update',
      summary: 'Change a role',
      ids: { id: 'role' },
      answers: { 200: { says: 'The changed role.', body: shown } },
      failures: ['ROLE_ALREADY_EXISTS'],
    })
    @UseGuards(KnownRoleGuard)
    async update(
      @CurrentIdentity() identity: Sent<Identity>,
      @Param('id') id: string,
      @Dto(plan.updateDto, RoleUpdateDto) body: Sent<RoleUpdateDto>,
    ) {
      return output.write(await this.management.update(identity, id, body, plan.loadOptions));
    }

    @Delete(':id')
    @HttpCode(204)
    @Describes({
      id: 'roles_delete',
      summary: 'Delete a role',
      ids: { id: 'role' },
      answers: { 204: { says: 'The role is deleted, and no user has it any more.' } },
      failures: ['ROLE_IN_USE'],
    })
    async remove(@CurrentIdentity() identity: Sent<Identity>, @Param('id') id: string) {
      await this.management.remove(identity, id);
    }
  }
  return RoleManagementController;
}
