import { Get, HttpCode, Post, Req, Res, type Type } from '@nestjs/common';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Dto, QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
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
