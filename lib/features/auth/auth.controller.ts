import { HttpCode, Post, Req, Res, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { FormOrJsonDto, type Sent } from '../../common/validation/dto.decorator.js';
import type { LoginDto } from '../../users/users.dto.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { AuthOptions } from './auth.options.js';
import { AuthService } from './auth.service.js';

type AuthPlan = Required<Pick<AuthOptions, 'path' | 'loginPath' | 'logoutPath' | 'returnUser' | 'readDto'>> &
  AuthOptions & { loginDto: Type<LoginDto>; identifier: string };

/** One class a call: two backends, or two applications, never share routes or metadata. */
export function createAuthController(plan: AuthPlan, backend: string): Type {
  const output = new DtoOutput(plan.readDto);

  @ErrorHeaders()
  @FeatureController(plan, `${plan.path}/${backend}`)
  class AuthController {
    constructor(readonly auth: AuthService) {}

    @Post(plan.loginPath)
    @HttpCode(200)
    @Public()
    @NoStore()
    async login(
      @FormOrJsonDto(plan.loginDto, plan.identifier) credentials: Sent<LoginDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      const { user, body } = await this.auth.login(backend, credentials, request, response);
      return plan.returnUser ? { ...body, user: output.write(user) } : body;
    }

    @Post(plan.logoutPath)
    @HttpCode(204)
    @UseGuards(Authenticated({ backends: [backend] }))
    async logout(@CurrentIdentity() identity: Sent<Identity>, @Req() request: HttpRequest) {
      await this.auth.logout(identity, request);
    }
  }
  return AuthController;
}
