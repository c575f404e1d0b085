import { HttpCode, Post, Req, type Type } from '@nestjs/common';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { AnswersNothing, type HttpRequest, NoStore } from '../../common/http.js';
import { Dto, type Sent } from '../../common/validation/dto.decorator.js';
import type { AddressRule } from '../../users/email-address.js';
import { RequestVerifyDto, VerifyDto } from '../../users/users.dto.js';
import type { ResolvedDtos } from '../dtos.js';
import { UsersService } from '../../accounts/users.service.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { VerificationOptions } from './verification.options.js';

type VerificationPlan = VerificationOptions & { dtos: ResolvedDtos; addresses: AddressRule };

export function createVerificationController(plan: VerificationPlan): Type {
  const output = new DtoOutput(plan.dtos.read);

  @ErrorHeaders()
  @FeatureController(plan)
  class VerificationController {
    constructor(readonly users: UsersService) {}

    @Post(plan.requestPath)
    @HttpCode(202)
    @Public()
    @AnswersNothing()
    async request(
      @Dto(plan.dtos.requestVerify, RequestVerifyDto, plan.addresses) body: Sent<RequestVerifyDto>,
      @Req() request: HttpRequest,
    ) {
      await this.users.requestVerification(body.email, request);
      return null;
    }

    @Post(plan.verifyPath)
    @HttpCode(200)
    @Public()
    @NoStore()
    async verify(@Dto(plan.dtos.verify, VerifyDto) body: Sent<VerifyDto>, @Req() request: HttpRequest) {
      return output.write(await this.users.verify(body.token, request));
    }
  }
  return VerificationController;
}
