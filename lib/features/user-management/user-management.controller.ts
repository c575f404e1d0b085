import { Delete, Get, HttpCode, Patch, Post, Req, Res, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import {
  Describes,
  HOOK_REFUSES,
  listOf,
  needsFreshLogin,
  objectOf,
} from '../../common/route-description.js';
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
  const shown = { dto: plan.readDto };
  const TargetUserGuard = createTargetUserGuard(plan.loadOptions, plan.hasRoles);

  @ErrorHeaders()
  @AdministrationController(plan)
  class UserManagementController {
    constructor(
      readonly management: UserManagementService,
      readonly users: UsersRepository,
    ) {}

    @Get()
    @Describes({
      id: 'users_list',
      summary: 'List users',
      answers: {
        200: {
          says: 'A page of users. `next` is the cursor of the next page; `total` comes only with `count`.',
          body: objectOf(
            { items: listOf(shown), next: { type: 'string', nullable: true } },
            { total: { type: 'integer' } },
          ),
        },
      },
      failures: [
        { status: 422, when: 'The cursor is malformed, of another order, or of a user who is gone.' },
      ],
    })
    @NoStore()
    async list(@QueryDto(ListUsersDto) query: Sent<ListUsersDto>) {
      const { items, ...rest } = await this.management.list(query, plan.loadOptions);
      return { items: items.map((user) => output.write(user)), ...rest };
    }

    @Post()
    @HttpCode(201)
    @Describes({
      id: 'users_create',
      summary: 'Create a user',
      answers: { 201: { says: 'The new user.', body: shown } },
      failures: [
        'REGISTER_USER_ALREADY_EXISTS',
        'REGISTER_INVALID_PASSWORD',
        ...needsFreshLogin('`isSuperuser` needs a recent login of the administrator.'),
        'USER_FIELD_TAKEN',
        { code: 'USER_INACTIVE', when: '`invite` is only for an active user.' },
      ],
    })
    @NoStore()
    async create(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(plan.createDto, AdminCreateDto, plan.addresses) body: Sent<AdminCreateDto>,
      @Req() request: HttpRequest,
    ) {
      return this.write(await this.management.create(identity, body, request));
    }

    @Get(':id')
    @Describes({
      id: 'users_read',
      summary: 'Get a user',
      ids: { id: 'user' },
      answers: { 200: { says: 'The user.', body: shown } },
    })
    @UseGuards(TargetUserGuard)
    @NoStore()
    read(@TargetUser() user: Sent<BaseUser>) {
      return output.write(user);
    }

    @Patch(':id')
    @Describes({
      id: 'users_update',
      summary: 'Change a user',
      ids: { id: 'user' },
      answers: { 200: { says: 'The changed user.', body: shown } },
      failures: [
        'UPDATE_USER_EMAIL_ALREADY_EXISTS',
        'UPDATE_USER_INVALID_PASSWORD',
        ...needsFreshLogin(
          'A password, a new address or other identifier, and `isSuperuser` need a recent login of the administrator.',
        ),
        { status: 409, when: 'Another request changed the user at the same time.' },
        'LAST_SUPERUSER',
        'USER_FIELD_TAKEN',
        HOOK_REFUSES,
      ],
    })
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
    @Describes({
      id: 'users_delete',
      summary: 'Delete a user',
      ids: { id: 'user' },
      answers: { 204: { says: 'The user is deleted.' } },
      failures: ['SELF_DELETION', 'USER_IN_USE', HOOK_REFUSES],
    })
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
