import { Get, HttpCode, Post, Req, Res, type Type } from '@nestjs/common';
import { LOGIN_FAILURES, loginAnswers } from '../../authentication/login-answers.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Describes, HOOK_REFUSES } from '../../common/route-description.js';
import { Dto, QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import { AUTHORIZE_ANSWERS, AUTHORIZE_FAILURES, BACK_TO_PAGE, CALLBACK_FAILURES } from './oauth2.answers.js';
import { AuthorizeDto, AuthorizeForCodeDto, CodeDto } from './oauth2.dto.js';
import { type OAuthLoginResult, OAuthLoginService } from './flow/oauth-login.service.js';
import { joinPath, type OAuth2Plan } from './oauth2.plan.js';

/** Creates one class for each call, so that clients and applications do not share routes or metadata. */
export function createOAuth2Controller(plan: OAuth2Plan, client: string): Type {
  const { login } = plan;
  const output = new DtoOutput(plan.readDto);
  const path = joinPath(plan.path, client);
  const route = {
    client,
    intent: 'login' as const,
    callbackPath: joinPath(path, plan.callbackPath),
  };

  const answers = loginAnswers(plan.backendOptions, plan.returnUser ? plan.readDto : undefined);
  const answer = (result: OAuthLoginResult | undefined, response: HttpResponse) => {
    if (result === undefined) return undefined;
    const { user, body } = result;
    if (plan.returnUser) return { ...body, user: output.write(user) };
    if (body === undefined) response.status(204);
    return body;
  };

  @ErrorHeaders()
  @FeatureController(plan, path)
  class OAuth2Controller {
    constructor(readonly logins: OAuthLoginService) {}

    @Get(plan.authorizePath)
    @Describes({
      id: `oauth2_${client}_authorize`,
      summary: `Begin a login by ${client}`,
      answers: AUTHORIZE_ANSWERS,
      failures: AUTHORIZE_FAILURES,
    })
    @Public()
    @NoStore()
    authorize(
      @QueryDto(login.isKeptByBrowser ? AuthorizeDto : AuthorizeForCodeDto) query: Sent<AuthorizeForCodeDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      return this.logins.begin(route, login, query, request, response);
    }

    @Get(plan.callbackPath)
    @Describes({
      id: `oauth2_${client}_callback`,
      summary: `End a login by ${client}`,
      answers: { ...answers, 302: BACK_TO_PAGE },
      failures: [
        ...CALLBACK_FAILURES,
        'OAUTH_NOT_AVAILABLE_EMAIL',
        ...LOGIN_FAILURES,
        'USER_FIELD_TAKEN',
        'TOO_MANY_ATTEMPTS',
        HOOK_REFUSES,
      ],
    })
    @Public()
    @NoStore()
    async callback(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse) {
      return answer(await this.logins.end(route, login, request, response), response);
    }
  }
  if (login.isKeptByBrowser) return OAuth2Controller;

  @ErrorHeaders()
  @FeatureController(plan, path)
  class OAuth2CodeController extends OAuth2Controller {
    @Post(plan.tokenPath)
    @HttpCode(200)
    @Describes({
      id: `oauth2_${client}_token`,
      summary: 'Exchange the code of a page for a token',
      answers,
      failures: ['OAUTH_INVALID_CODE', ...LOGIN_FAILURES],
    })
    @Public()
    @NoStore()
    async token(
      @Dto(CodeDto) body: Sent<CodeDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      return answer(await this.logins.exchange(client, login, body, request, response), response);
    }
  }
  return OAuth2CodeController;
}
