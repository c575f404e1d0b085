import { HttpCode, Post, Req, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { Authority } from '../../authorization/authority.js';
import { AnswersNothing, type HttpRequest } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
import type { Sent } from '../../common/validation/dto.decorator.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../accounts/users.service.js';
import { AdministrationController } from '../administration.decorator.js';
import { ErrorHeaders } from '../feature.decorators.js';
import { createTargetUserGuard, TargetUser } from './target-user.guard.js';
import type { UserManagementOptions } from './user-management.options.js';

/**
 * The route by which an administrator mails a reset token to a user. The administrator never sees the new
 * password.
 */
export function createPasswordResetMailController(plan: UserManagementOptions & { hasRoles: boolean }): Type {
  const TargetUserGuard = createTargetUserGuard(undefined, plan.hasRoles);

  @ErrorHeaders()
  @AdministrationController(plan, `${plan.path}/:id/password-reset`)
  class PasswordResetMailController {
    constructor(
      readonly users: UsersService,
      readonly repository: UsersRepository,
      readonly authority: Authority,
    ) {}

    @Post()
    @HttpCode(202)
    @Describes({
      id: 'users_mail_password_reset',
      summary: 'Mail a reset token to a user',
      ids: { id: 'user' },
      answers: { 202: { says: 'The token will be mailed.', body: null } },
      failures: ['USER_INACTIVE', 'TOO_MANY_ATTEMPTS'],
    })
    @UseGuards(TargetUserGuard)
    @AnswersNothing()
    async send(
      @CurrentIdentity() identity: Sent<Identity>,
      @TargetUser() user: Sent<BaseUser>,
      @Req() request: HttpRequest,
    ) {
      const change = { target: user, coversRoles: plan.hasRoles };
      await this.repository.requireAll({ id: user.id }, this.authority.over(identity, change));
      await this.users.mailPasswordReset(user, request);
      return null;
    }
  }
  return PasswordResetMailController;
}
