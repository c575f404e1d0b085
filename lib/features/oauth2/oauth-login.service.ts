import { Inject, Injectable } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { type LoginPlan, Logins } from '../../authentication/logins.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import { InvalidBodyError } from '../../common/users-error.js';
import type { BaseUser, UserId } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { AuthorizeForCodeDto, CodeDto } from './oauth2.dto.js';
import { InvalidCodeError } from './oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { OneTimeTokens } from './one-time-tokens.js';
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

/** What a code leads to. */
interface Grant {
  client: string;
  codeChallenge: string;
  user: UserId;
  tokenVersion: number;
  authenticatedAt: number;
}

const CODE_LIFETIME_MS = 60_000;

/** Login by an account at a provider. */
@Injectable()
export class OAuthLoginService {
  constructor(
    private readonly journey: ProviderJourney,
    private readonly providerUsers: ProviderUsersService,
    private readonly logins: Logins,
    private readonly users: UsersRepository,
    private readonly oneTimeTokens: OneTimeTokens,
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
        const code = await this.grant(user, journey.client, codeChallenge as string);
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
    const grant = (await this.oneTimeTokens.take('oauth2-code', code)) as Grant | undefined;
    const isOwn = grant?.client === client && grant.codeChallenge === challengeOf(codeVerifier);
    const user = isOwn ? await this.users.findById(grant.user) : undefined;
    if (!user || !grant || user.tokenVersion !== grant.tokenVersion) throw new InvalidCodeError();

    this.providerUsers.requireAdmitted(user);
    const { authenticatedAt } = grant;
    return this.finish(user, { ...plan, authenticatedAt }, request, response);
  }

  private async finish(user: BaseUser, plan: LoginPlan, request: HttpRequest, response: HttpResponse) {
    return { user, body: await this.logins.finish(user, plan, request, response) };
  }

  /** A code for a page's address: of use for a minute, once, and to nobody but the page that began. */
  private async grant(
    { id, tokenVersion }: BaseUser,
    client: string,
    codeChallenge: string,
  ): Promise<string> {
    const code = randomBytes(32).toString('base64url');
    const grant: Grant = { client, codeChallenge, user: id, tokenVersion, authenticatedAt: nowInSeconds() };
    await this.oneTimeTokens.keep('oauth2-code', code, grant, new Date(Date.now() + CODE_LIFETIME_MS));
    return code;
  }
}

/** RFC 7636 §4.6. */
const challengeOf = (codeVerifier: string): string => hash('sha256', codeVerifier, 'base64url');
