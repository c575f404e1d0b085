import { HttpCode, Post, Req, type Type } from '@nestjs/common';
import { Public } from '../../authentication/public.decorator.js';
import { AnswersNothing, type HttpRequest } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
import { Dto, type Sent } from '../../common/validation/dto.decorator.js';
import type { AddressRule } from '../../users/email-address.js';
import { ForgotPasswordDto, ResetPasswordDto } from '../../users/users.dto.js';
import type { ResolvedDtos } from '../dtos.js';
import { UsersService } from '../../accounts/users.service.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { PasswordResetOptions } from './password-reset.options.js';

type PasswordResetPlan = PasswordResetOptions & { dtos: ResolvedDtos; addresses: AddressRule };

export function createPasswordResetController(plan: PasswordResetPlan): Type {
  @ErrorHeaders()
  @FeatureController(plan)
  class PasswordResetController {
    constructor(readonly users: UsersService) {}

    @Post(plan.forgotPath)
    @HttpCode(202)
    @Describes({
      id: 'password_reset_request',
      summary: 'Request a mail with a reset token',
      answers: { 202: { says: 'Accepted, whether or not a user has the address.', body: null } },
      failures: ['TOO_MANY_ATTEMPTS'],
    })
    @Public()
    @AnswersNothing()
    async forgot(
      @Dto(plan.dtos.forgotPassword, ForgotPasswordDto, plan.addresses) body: Sent<ForgotPasswordDto>,
      @Req() request: HttpRequest,
    ) {
      await this.users.requestPasswordReset(body.email, request);
      return null;
    }

    @Post(plan.resetPath)
    @HttpCode(200)
    @Describes({
      id: 'password_reset_reset',
      summary: 'Set a new password by a mailed token',
      answers: { 200: { says: 'The password is set, and every login of the user has ended.', body: null } },
      failures: ['RESET_PASSWORD_BAD_TOKEN', 'RESET_PASSWORD_INVALID_PASSWORD', 'TOO_MANY_ATTEMPTS'],
    })
    @Public()
    @AnswersNothing()
    async reset(
      @Dto(plan.dtos.resetPassword, ResetPasswordDto) body: Sent<ResetPasswordDto>,
      @Req() request: HttpRequest,
    ) {
      await this.users.resetPassword(body.token, body.password, request);
      return null;
    }
  }
  return PasswordResetController;
}
