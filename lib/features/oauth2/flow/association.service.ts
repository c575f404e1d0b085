import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../../authentication/backend.js';
import { Authenticator } from '../../../authentication/authenticator.js';
import { BackendLogins } from '../../../authentication/backend-logins.js';
import type { HttpRequest, HttpResponse } from '../../../common/http.js';
import { isSameId } from '../../../database/entity-id.js';
import type { LoadOptions } from '../../../users/load-options.js';
import type { BaseUser } from '../../../users/user.entity.js';
import { UsersRepository } from '../../../users/users.repository.js';
import { AccountLinking } from '../accounts/account-linking.js';
import type { AuthorizeDto } from '../oauth2.dto.js';
import { InvalidStateError } from '../oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';
import { AuthorizationFlow, type FlowContext, type FlowRoute } from './authorization-flow.js';
import { isUnchanged, snapshotOf } from './user-snapshot.js';
import { answerAuthorize, orBackTo, readRedirect, redirect } from './redirects.js';

/** Links accounts to logged-in users. */
@Injectable()
export class AssociationService {
  constructor(
    private readonly flow: AuthorizationFlow,
    private readonly linking: AccountLinking,
    private readonly logins: BackendLogins,
    private readonly authenticator: Authenticator,
    private readonly users: UsersRepository,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
  ) {}

  /** @returns the provider's URL for a script; `undefined` if the browser is redirected to it */
  async begin(
    route: FlowRoute,
    identity: Identity,
    { scopes, redirectTo: page }: AuthorizeDto,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<object | undefined> {
    const redirectTo = readRedirect(page, this.settings.allowedRedirectOrigins);
    const login = this.logins.referenceOf(identity);
    const context = { redirectTo, user: snapshotOf(identity.user), login };
    return answerAuthorize(redirectTo, request, response, () =>
      this.flow.begin(route, scopes, context, response),
    );
  }

  /** @returns the user; `undefined` if the browser is redirected to a page */
  async end(
    route: FlowRoute,
    load: LoadOptions | undefined,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<BaseUser | undefined> {
    const flow = await this.flow.end(route, request, response);
    const { redirectTo } = flow;
    return orBackTo(redirectTo, response, async () => {
      const user = await this.ownerOf(flow, request);
      const preconditions = this.logins.preconditions(user, flow.login, () => new InvalidStateError());
      await this.users.requireAll({ id: user.id }, preconditions);
      const login = await this.flow.redeem(route, flow, request);
      await this.linking.link(user, login, preconditions);
      if (redirectTo !== undefined) {
        redirect(response, redirectTo);
        return undefined;
      }
      await this.users.loadRelations([user], load);
      return user;
    });
  }

  /**
   * Finds the user who started the flow. Refuses if the user has meanwhile logged out everywhere, was
   * deactivated, or lost the account to the owner of its address, and if somebody else has meanwhile logged in.
   */
  private async ownerOf({ user: before }: FlowContext, request: HttpRequest): Promise<BaseUser> {
    if (!before) throw new InvalidStateError();
    const owner = await this.users.findById(before.id);
    if (!owner?.isActive || !isUnchanged(owner, before)) throw new InvalidStateError();
    const visitor = await this.authenticator.identify(request);
    if (visitor && !isSameId(visitor.user.id, owner.id)) throw new InvalidStateError();
    return owner;
  }
}
