import { HttpCode, Post, Req, type Type } from '@nestjs/common';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { AnswersNothing, type HttpRequest, NoStore } from '../../common/http.js';
import { Describes, HOOK_REFUSES } from '../../common/route-description.js';
import { Dto, type Sent } from '../../common/validation/dto.decorator.js';
import type { AddressRule } from '../../users/email-address.js';
import { RegisterDto } from '../../users/users.dto.js';
import { UsersService } from '../../accounts/users.service.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { RegistrationOptions } from './registration.options.js';

type RegistrationPlan = RegistrationOptions & {
  registerDto: Type<RegisterDto>;
  readDto: Type;
  addresses: AddressRule;
};

export function createRegistrationController(plan: RegistrationPlan): Type {
  const output = new DtoOutput(plan.readDto);

  @ErrorHeaders()
  @FeatureController(plan)
  class RegistrationController {
    constructor(readonly users: UsersService) {}

    @Post()
    @HttpCode(201)
    @Describes({
      id: 'registration_register',
      summary: 'Register',
      answers: { 201: { says: 'The new user.', body: { dto: plan.readDto } } },
      failures: [
        'REGISTER_USER_ALREADY_EXISTS',
        'REGISTER_INVALID_PASSWORD',
        'USER_FIELD_TAKEN',
        'TOO_MANY_ATTEMPTS',
        HOOK_REFUSES,
      ],
    })
    @Public()
    @NoStore()
    async register(
      @Dto(plan.registerDto, RegisterDto, plan.addresses) body: Sent<RegisterDto>,
      @Req() request: HttpRequest,
    ) {
      return output.write(await this.users.register(body, request));
    }
  }
  return RegistrationController;
}

export function createConcealedRegistrationController(plan: RegistrationPlan): Type {
  @ErrorHeaders()
  @FeatureController(plan)
  class ConcealedRegistrationController {
    constructor(readonly users: UsersService) {}

    @Post()
    @HttpCode(202)
    @Describes({
      id: 'registration_register',
      summary: 'Register',
      answers: { 202: { says: 'Accepted, whether or not a user has the address.', body: null } },
      failures: ['REGISTER_INVALID_PASSWORD', 'TOO_MANY_ATTEMPTS', HOOK_REFUSES],
    })
    @Public()
    @AnswersNothing()
    async register(
      @Dto(plan.registerDto, RegisterDto, plan.addresses) body: Sent<RegisterDto>,
      @Req() request: HttpRequest,
    ) {
      await this.users.registerConcealed(body, request);
      return null;
    }
  }
  return ConcealedRegistrationController;
}
