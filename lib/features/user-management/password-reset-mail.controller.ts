import { HttpCode, Post, Req, type Type, UseGuards } from '@nestjs/common';
import { AnswersNothing, type HttpRequest, NOTHING } from '../../common/http.js';
import type { Sent } from '../../common/validation/dto.decorator.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import { createTargetUserGuard, TargetUser } from './target-user.guard.js';
import type { UserManagementOptions } from './user-management.options.js';

/** How administrators help somebody who can't log in, without knowing the new password. */
export function createPasswordResetMailController(plan: UserManagementOptions & { hasRoles: boolean }): Type {
  const TargetUserGuard = createTargetUserGuard(undefined, plan.hasRoles);

  @ErrorHeaders()
  @FeatureController(plan, `${plan.path}/:id/password-reset`)
  class PasswordResetMailController {
    constructor(readonly users: UsersService) {}

    @Post()
    @HttpCode(202)
    @UseGuards(TargetUserGuard)
    @AnswersNothing()
    async send(@TargetUser() user: Sent<BaseUser>, @Req() request: HttpRequest) {
      await this.users.sendPasswordReset(user, request);
      return NOTHING;
    }
  }
  return PasswordResetMailController;
}
