import { Inject, Injectable } from '@nestjs/common';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { Errand } from './attempts.js';
import { AccountLinking } from './account-linking.js';
import type { AuthorizeDto } from './oauth2.dto.js';
import { InvalidStateError } from './oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { type Journey, ProviderJourney } from './provider-journey.js';
import { isUnchanged, snapshotOf } from './user-snapshot.js';
import { answerAuthorize, orBackTo, readRedirect, redirect } from './redirects.js';

/** How a user who is logged in gets a further way to log in. */
@Injectable()
export class AssociationService {
  constructor(
    private readonly journey: ProviderJourney,
    private readonly linking: AccountLinking,
    private readonly users: UsersRepository,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /** @returns what tells a script where the browser shall go; `undefined` where the browser is sent there */
  async begin(
    journey: Journey,
    user: BaseUser,
    { scopes, redirectTo: page }: AuthorizeDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<object | undefined> {
    const redirectTo = readRedirect(page, this.settings.allowedRedirects);
    const errand = { redirectTo, user: snapshotOf(user) };
    return answerAuthorize(redirectTo, request, response, () =>
      this.journey.begin(journey, scopes, errand, response),
    );
  }

  /** @returns the user, but where the browser is sent to a page */
  async end(
    journey: Journey,
    load: LoadOptions | undefined,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<BaseUser | undefined> {
    const attempt = await this.journey.end(journey, request, response);
    const { redirectTo } = attempt;
    return orBackTo(redirectTo, response, async () => {
      const user = await this.ownerOf(attempt);
      await this.linking.link(user, await this.journey.redeem(journey, attempt, request));
      if (redirectTo !== undefined) {
        redirect(response, redirectTo);
        return undefined;
      }
      await this.users.loadRelations([user], load);
      return user;
    });
  }

  /** Whoever logged out everywhere meanwhile, was deactivated, or lost the account to its address's owner, links nothing. */
  private async ownerOf({ user: before }: Errand): Promise<BaseUser> {
    if (!before) throw new InvalidStateError();
    const owner = await this.users.findById(before.id);
    if (owner?.isActive && isUnchanged(owner, before)) return owner;
    throw new InvalidStateError();
  }
}
