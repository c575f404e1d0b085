import { HttpCode, Post, Req, type Type } from '@nestjs/common';
import { Public } from '../../authentication/public.decorator.js';
import { AnswersNothing, type HttpRequest, NOTHING } from '../../common/http.js';
import { Dto, type Sent } from '../../common/validation/dto.decorator.js';
import type { ForgotPasswordDto, ResetPasswordDto } from '../../users/users.dto.js';
import type { ResolvedDtos } from '../../users/users.dtos.js';
import { UsersService } from '../../users/users.service.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { PasswordResetOptions } from './password-reset.options.js';

type PasswordResetPlan = PasswordResetOptions & { dtos: ResolvedDtos };

export function createPasswordResetController(plan: PasswordResetPlan): Type {
  @ErrorHeaders()
  @FeatureController(plan)
  class PasswordResetController {
    constructor(readonly users: UsersService) {}

    @Post(plan.forgotPath)
    @HttpCode(202)
    @Public()
    @AnswersNothing()
    async forgot(@Dto(plan.dtos.forgotPassword) body: Sent<ForgotPasswordDto>, @Req() request: HttpRequest) {
      await this.users.initiatePasswordReset(body.email, request);
      return NOTHING;
    }

    @Post(plan.resetPath)
    @HttpCode(200)
    @Public()
    @AnswersNothing()
    async reset(@Dto(plan.dtos.resetPassword) body: Sent<ResetPasswordDto>, @Req() request: HttpRequest) {
      await this.users.resetPassword(body.token, body.password, request);
      return NOTHING;
    }
  }
  return PasswordResetController;
}
