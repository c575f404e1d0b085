import { Delete, Get, HttpCode, Patch, Post, Req, Res, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Dto, QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import type { AddressRule } from '../../users/email-address.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import { AdminCreateDto, AdminUpdateDto } from '../../users/users.dto.js';
import { AdministrationController } from '../administration.decorator.js';
import { ErrorHeaders } from '../feature.decorators.js';
import { ListUsersDto } from './list-users.dto.js';
import { createTargetUserGuard, TargetUser } from './target-user.guard.js';
import type { UserManagementOptions } from './user-management.options.js';
import { UserManagementService } from './user-management.service.js';

type UserManagementPlan = UserManagementOptions & {
  addresses: AddressRule;
  readDto: Type;
  createDto: Type;
  updateDto: Type;
  hasRoles: boolean;
};

export function createUserManagementController(plan: UserManagementPlan): Type {
  const output = new DtoOutput(plan.readDto);
  const TargetUserGuard = createTargetUserGuard(plan.loadOptions, plan.hasRoles);

  @ErrorHeaders()
  @AdministrationController(plan)
  class UserManagementController {
    constructor(
      readonly management: UserManagementService,
      readonly users: UsersRepository,
    ) {}

    @Get()
    @NoStore()
    async list(@QueryDto(ListUsersDto) query: Sent<ListUsersDto>) {
      const { items, ...rest } = await this.management.list(query, plan.loadOptions);
      return { items: items.map((user) => output.write(user)), ...rest };
    }

    @Post()
    @HttpCode(201)
    @NoStore()
    async create(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(plan.createDto, AdminCreateDto, plan.addresses) body: Sent<AdminCreateDto>,
      @Req() request: HttpRequest,
    ) {
      return this.write(await this.management.create(identity, body, request));
    }

    @Get(':id')
    @UseGuards(TargetUserGuard)
    @NoStore()
    read(@TargetUser() user: Sent<BaseUser>) {
      return output.write(user);
    }

    @Patch(':id')
    @UseGuards(TargetUserGuard)
    @NoStore()
    async update(
      @CurrentIdentity() identity: Sent<Identity>,
      @TargetUser() user: Sent<BaseUser>,
      @Dto(plan.updateDto, AdminUpdateDto, plan.addresses) body: Sent<AdminUpdateDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      return this.write(await this.management.update(identity, user, body, request, response));
    }

    @Delete(':id')
    @HttpCode(204)
    @UseGuards(TargetUserGuard)
    async remove(
      @CurrentIdentity() identity: Sent<Identity>,
      @TargetUser() user: Sent<BaseUser>,
      @Req() request: HttpRequest,
    ) {
      await this.management.remove(identity, user, request);
    }

    private async write(user: BaseUser) {
      await this.users.loadRelations([user], plan.loadOptions);
      return output.write(user);
    }
  }
  return UserManagementController;
}
