import { Inject, Injectable } from '@nestjs/common';
import { type LoginPlan, Logins } from '../../authentication/logins.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { InvalidBodyError } from '../../common/users-error.js';
import type { BaseUser } from '../../users/user.entity.js';
import { LoginCodes } from './login-codes.js';
import type { AuthorizeForCodeDto, CodeDto } from './oauth2.dto.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { type Journey, ProviderJourney } from './provider-journey.js';
import { ProviderUsersService } from './provider-users.service.js';
import { answerAuthorize, orBackTo, readRedirect, redirect } from './redirects.js';

/** How a login by a provider ends. */
export interface OAuthLoginPlan extends Pick<LoginPlan, 'backend' | 'load'> {
  /** Whether the backend's token is the browser's to keep; if not, a page gets a code for it. */
  isKeptByBrowser: boolean;
}

/** Who logged in, and what the answer carries of it. */
export interface OAuthLoginResult {
  user: BaseUser;
  body: object | undefined;
}

/** Login by an account at a provider. */
@Injectable()
export class OAuthLoginService {
  constructor(
    private readonly journey: ProviderJourney,
    private readonly providerUsers: ProviderUsersService,
    private readonly logins: Logins,
    private readonly codes: LoginCodes,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /** @returns what tells a script where the browser shall go; `undefined` where the browser is sent there */
  async begin(
    journey: Journey,
    { isKeptByBrowser }: OAuthLoginPlan,
    { scopes, redirectTo: page, codeChallenge }: AuthorizeForCodeDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<object | undefined> {
    const redirectTo = readRedirect(page, this.settings.allowedRedirects);
    if (redirectTo !== undefined && !isKeptByBrowser && codeChallenge === undefined) {
      const msg = 'code_challenge is missing: the page gets a code, and proves by it that it asked.';
      throw new InvalidBodyError([{ loc: ['query', 'code_challenge'], msg, type: 'missing' }]);
    }
    return answerAuthorize(redirectTo, request, response, () =>
      this.journey.begin(journey, scopes, { redirectTo, codeChallenge }, response),
    );
  }

  /** @returns `undefined` where the browser is sent to a page */
  async end(
    journey: Journey,
    plan: OAuthLoginPlan,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<OAuthLoginResult | undefined> {
    const attempt = await this.journey.end(journey, request, response);
    const { redirectTo, codeChallenge } = attempt;
    return orBackTo(redirectTo, response, async () => {
      const login = await this.journey.redeem(journey, attempt, request);
      const user = await this.providerUsers.authenticate(login, request);
      if (redirectTo === undefined) return this.finish(user, plan, request, response);

      if (plan.isKeptByBrowser) {
        await this.finish(user, plan, request, response);
        redirect(response, redirectTo);
      } else {
        // Without a challenge, the way would not have begun.
        const code = await this.codes.issue(user, journey.client, codeChallenge as string);
        redirect(response, redirectTo, { code });
      }
      return undefined;
    });
  }

  /** @throws {InvalidCodeError} */
  async exchange(
    client: string,
    plan: OAuthLoginPlan,
    { code, codeVerifier }: CodeDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<OAuthLoginResult> {
    const { user, authenticatedAt } = await this.codes.redeem(client, code, codeVerifier);
    this.providerUsers.requireAdmitted(user);
    return this.finish(user, { ...plan, authenticatedAt }, request, response);
  }

  private async finish(user: BaseUser, plan: LoginPlan, request: HttpRequest, response: HttpResponse) {
    return { user, body: await this.logins.finish(user, plan, request, response) };
  }
}
