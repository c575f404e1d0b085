import { HttpCode, Post, Req, Res, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import type { BackendOptions } from '../../authentication/backend.options.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { LOGIN_FAILURES, loginAnswers, originFailures } from '../../authentication/login-answers.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
import { FormOrJsonDto, type Sent } from '../../common/validation/dto.decorator.js';
import type { LoginDto } from '../../users/users.dto.js';
import { loginDtoFor } from '../dtos.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { AuthOptions } from './auth.options.js';
import { AuthService } from './auth.service.js';
import { createOwnCredentialGuard } from './own-credential.guard.js';

type AuthPlan = Required<
  Pick<AuthOptions, 'path' | 'loginPath' | 'logoutPath' | 'logoutAllPath' | 'returnUser' | 'readDto'>
> &
  AuthOptions & { loginDto: Type<LoginDto>; loginField: string };

/**
 * Creates one class for each call, so that backends and applications do not share routes or metadata.
 */
export function createAuthController(plan: AuthPlan, backend: BackendOptions): Type {
  const { name, path = name } = backend;
  const output = new DtoOutput(plan.readDto);
  const OwnCredential = createOwnCredentialGuard(name);

  @ErrorHeaders()
  @FeatureController(plan, [plan.path, path].filter(Boolean).join('/'))
  class AuthController {
    constructor(readonly auth: AuthService) {}

    @Post(plan.loginPath)
    @HttpCode(200)
    @Describes({
      id: `auth_${name}_login`,
      summary: 'Log in',
      answers: loginAnswers(backend, plan.returnUser ? plan.readDto : undefined),
      failures: [...LOGIN_FAILURES, 'TOO_MANY_ATTEMPTS', ...originFailures(backend)],
    })
    @Public()
    @NoStore()
    async login(
      @FormOrJsonDto(plan.loginDto, plan.loginField, loginDtoFor(plan.loginField))
      credentials: Sent<LoginDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      const { user, body } = await this.auth.login(
        { backend: name, load: plan.loadOptions },
        credentials,
        request,
        response,
      );
      if (plan.returnUser) return { ...body, user: output.write(user) };
      if (body === undefined) response.status(204);
      return body;
    }

    @Post(plan.logoutPath)
    @HttpCode(204)
    @Describes({
      id: `auth_${name}_logout`,
      summary: 'Log out',
      answers: { 204: { says: 'The login has ended.' } },
    })
    @UseGuards(OwnCredential)
    async logout(
      @CurrentIdentity() identity: Sent<Identity>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      await this.auth.logout(identity, request, response);
    }

    @Post(plan.logoutAllPath)
    @HttpCode(204)
    @Describes({
      id: `auth_${name}_logout_all`,
      summary: 'Log out everywhere',
      answers: { 204: { says: 'Every login of the user has ended, in every backend.' } },
    })
    @UseGuards(OwnCredential)
    async logoutAll(
      @CurrentIdentity() identity: Sent<Identity>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      await this.auth.logoutAll(identity, request, response);
    }
  }
  return AuthController;
}
