import { Get, Patch, Req, Res, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity, CurrentUser } from '../../authentication/current-user.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Describes, HOOK_REFUSES, needsFreshLogin } from '../../common/route-description.js';
import { Dto, type Sent } from '../../common/validation/dto.decorator.js';
import { UserLoadOptions } from '../../authentication/user-load-options.decorator.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { AddressRule } from '../../users/email-address.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UserUpdateDto } from '../../users/users.dto.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { CurrentUserOptions } from './current-user.options.js';
import { CurrentUserService } from './current-user.service.js';
import { createMayChangeSelfGuard } from './may-change-self.guard.js';

type CurrentUserPlan = Required<Pick<CurrentUserOptions, 'readDto' | 'updateDto' | 'strictVerification'>> &
  CurrentUserOptions & { addresses: AddressRule };

export function createCurrentUserController(plan: CurrentUserPlan): Type {
  const output = new DtoOutput(plan.readDto);
  const MayChangeSelf = createMayChangeSelfGuard(plan.updateDto, plan.strictVerification);

  @UserLoadOptions(plan.loadOptions ?? {})
  @FeatureController(plan)
  class CurrentUserController {
    constructor(
      readonly currentUser: CurrentUserService,
      readonly users: UsersRepository,
    ) {}

    @Get()
    @Describes({
      id: 'current_user_read',
      summary: 'Get the logged-in user',
      answers: { 200: { says: 'The logged-in user.', body: { dto: plan.readDto } } },
    })
    @UseGuards(Authenticated())
    @NoStore()
    read(@CurrentUser() user: Sent<BaseUser>) {
      return output.write(user);
    }

    @Patch()
    @Describes({
      id: 'current_user_update',
      summary: 'Change the logged-in user',
      answers: {
        200: {
          says: 'The changed user. A new password ends every other login, and the header `Authorization` or the cookie has a fresh token.',
          body: { dto: plan.readDto },
        },
      },
      failures: [
        'UPDATE_USER_EMAIL_ALREADY_EXISTS',
        'UPDATE_USER_INVALID_PASSWORD',
        ...needsFreshLogin('A new password, address or other identifier needs a recent login.'),
        ...(plan.emailChange === false ? (['EMAIL_CHANGE_NOT_ALLOWED'] as const) : []),
        'USER_FIELD_TAKEN',
        {
          code: 'USER_NOT_VERIFIED',
          when: 'A user who is not verified may change the e-mail address, and nothing else.',
        },
        HOOK_REFUSES,
      ],
    })
    @UseGuards(MayChangeSelf)
    @ErrorHeaders()
    @NoStore()
    async update(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(plan.updateDto, UserUpdateDto, plan.addresses) body: Sent<UserUpdateDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      const user = await this.currentUser.update(identity, body, request, response);
      await this.users.loadRelations([user], plan.loadOptions);
      return output.write(user);
    }
  }
  return CurrentUserController;
}
