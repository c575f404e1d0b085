import { Inject, Injectable } from '@nestjs/common';
import { LoginService, type ProvedLogin } from '../../../authentication/login.service.js';
import type { HttpRequest, HttpResponse } from '../../../common/http.js';
import { InvalidBodyError } from '../../../common/users-error.js';
import type { BaseUser } from '../../../users/user.entity.js';
import { accountKeyOf } from '../clients/provider-identity.js';
import { BadCredentialsError } from '../../../users/users.errors.js';
import { LoginCodes } from './login-codes.js';
import type { AuthorizeForCodeDto, CodeDto } from '../oauth2.dto.js';
import { InvalidCodeError } from '../oauth2.errors.js';
import type { OAuthLoginPlan } from '../oauth2.plan.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';
import { AuthorizationFlow, type FlowRoute } from './authorization-flow.js';
import { ProviderUsersService } from '../accounts/provider-users.service.js';
import { answerAuthorize, orBackTo, readRedirect, redirect } from './redirects.js';

/** The user who logged in, and the login's fields of the answer. */
export interface OAuthLoginResult {
  user: BaseUser;
  body: object | undefined;
}

/** Logs users in with accounts at providers. */
@Injectable()
export class OAuthLoginService {
  constructor(
    private readonly flow: AuthorizationFlow,
    private readonly providerUsers: ProviderUsersService,
    private readonly logins: LoginService,
    private readonly codes: LoginCodes,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /** @returns the provider's URL for a script; `undefined` if the browser is redirected to it */
  async begin(
    route: FlowRoute,
    { isKeptByBrowser }: OAuthLoginPlan,
    { scopes, redirectTo: page, codeChallenge }: AuthorizeForCodeDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<object | undefined> {
    const redirectTo = readRedirect(page, this.settings.allowedRedirectOrigins);
    if (redirectTo !== undefined && !isKeptByBrowser && codeChallenge === undefined) {
      const msg = 'code_challenge is missing. With it, the page proves that it started the login.';
      throw new InvalidBodyError([{ loc: ['query', 'code_challenge'], msg, type: 'missing' }]);
    }
    return answerAuthorize(redirectTo, request, response, () =>
      this.flow.begin(route, scopes, { redirectTo, codeChallenge }, response),
    );
  }

  /** @returns `undefined` if the browser is redirected to a page */
  async end(
    route: FlowRoute,
    plan: OAuthLoginPlan,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<OAuthLoginResult | undefined> {
    const flow = await this.flow.end(route, request, response);
    const { redirectTo, codeChallenge } = flow;
    return orBackTo(redirectTo, response, async () => {
      const login = await this.flow.redeem(route, flow, request);
      const user = await this.providerUsers.authenticate(login, request);
      const accountKey = accountKeyOf(login);
      const proved = { ...plan, ...this.proofOf(user, accountKey) };
      if (redirectTo === undefined) return this.finish(user, proved, request, response);

      if (plan.isKeptByBrowser) {
        await this.finish(user, proved, request, response);
        redirect(response, redirectTo);
      } else {
        // `begin` has required the challenge.
        const grant = { client: route.client, codeChallenge: codeChallenge as string, accountKey };
        const code = await this.codes.issue(user, grant);
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
    const { user, authenticatedAt, accountKey } = await this.codes.redeem(client, code, codeVerifier);
    this.providerUsers.requireAdmitted(user);
    const proof = this.proofOf(user, accountKey, () => new InvalidCodeError());
    return this.finish(user, { ...plan, ...proof, authenticatedAt }, request, response);
  }

  private async finish(user: BaseUser, plan: ProvedLogin, request: HttpRequest, response: HttpResponse) {
    return { user, body: await this.logins.finish(user, plan, request, response) };
  }

  private proofOf(user: BaseUser, accountKey: string, refusal: () => Error = badCredentials) {
    return { requireProof: () => this.providerUsers.requireLinked(user, accountKey, refusal) };
  }
}

const badCredentials = () => new BadCredentialsError();
