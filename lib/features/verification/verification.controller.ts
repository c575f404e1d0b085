import { HttpCode, Post, Req, type Type } from '@nestjs/common';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { AnswersNothing, type HttpRequest, NoStore } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
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
    @Describes({
      id: 'verification_request',
      summary: 'Request a mail with a verification token',
      answers: { 202: { says: 'Accepted, whether or not a user has the address.', body: null } },
      failures: ['TOO_MANY_ATTEMPTS'],
    })
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
    @Describes({
      id: 'verification_verify',
      summary: 'Verify an address by a mailed token',
      answers: { 200: { says: 'The verified user.', body: { dto: plan.dtos.read } } },
      failures: [
        'VERIFY_USER_BAD_TOKEN',
        'VERIFY_USER_ALREADY_VERIFIED',
        { code: 'UPDATE_USER_EMAIL_ALREADY_EXISTS', when: 'Only for the token of a new address.' },
      ],
    })
    @Public()
    @NoStore()
    async verify(@Dto(plan.dtos.verify, VerifyDto) body: Sent<VerifyDto>, @Req() request: HttpRequest) {
      return output.write(await this.users.verify(body.token, request));
    }
  }
  return VerificationController;
}
