import { Delete, Get, HttpCode, Inject, Param, Req, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../../../authentication/authenticated.guard.js';
import type { Identity } from '../../../authentication/backend.js';
import { Authority } from '../../../authorization/authority.js';
import { CurrentIdentity } from '../../../authentication/current-user.decorator.js';
import { CurrentPasswordDto } from '../../../authentication/current-password.dto.js';
import { Reauthentication } from '../../../authentication/reauthentication.js';
import { jsonId } from '../../../database/entity-id.js';
import { type HttpRequest, NoStore } from '../../../common/http.js';
import {
  Describes,
  listOf,
  NEEDS_FRESH_LOGIN,
  objectOf,
  type Shape,
} from '../../../common/route-description.js';
import { Dto, type Sent } from '../../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../../feature.decorators.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { OAuthAccountsService } from './oauth-accounts.service.js';
import type { OAuth2Plan } from '../oauth2.plan.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';

/** The routes for the linked accounts of the logged-in user. */
export function createOAuthAccountsController(plan: OAuth2Plan): Type {
  @ErrorHeaders()
  @FeatureController(plan, plan.accountsPath)
  @UseGuards(Authenticated())
  class OAuthAccountsController {
    constructor(
      readonly accounts: OAuthAccountsService,
      readonly reauthentication: Reauthentication,
      readonly authority: Authority,
      @Inject(OAUTH2_SETTINGS) readonly settings: OAuth2Settings,
    ) {}

    @Get()
    @Describes({
      id: 'oauth2_list_accounts',
      summary: 'List the linked accounts',
      answers: { 200: { says: 'The linked accounts, the oldest first.', body: ACCOUNTS_SHAPE } },
    })
    @NoStore()
    async list(@CurrentIdentity() { user }: Sent<Identity>) {
      return { items: (await this.accounts.list(user)).map(writeAccount) };
    }

    @Delete(':id')
    @HttpCode(204)
    @Describes({
      id: 'oauth2_unlink_account',
      summary: 'Unlink an account',
      ids: { id: 'oauthAccount' },
      answers: { 204: { says: 'Nobody can log in by this account any more.' } },
      failures: [...NEEDS_FRESH_LOGIN, 'LAST_LOGIN_METHOD'],
    })
    async remove(
      @CurrentIdentity() identity: Sent<Identity>,
      @Param('id') id: string,
      @Dto(CurrentPasswordDto) { currentPassword }: Sent<CurrentPasswordDto>,
      @Req() request: HttpRequest,
    ) {
      await this.reauthentication.require(
        identity,
        request,
        this.settings.freshLoginSeconds,
        currentPassword,
      );
      await this.accounts.unlink(identity.user, id, this.authority.ofOwnAccount(identity));
    }
  }
  return OAuthAccountsController;
}

const ACCOUNTS_SHAPE: Shape = objectOf({
  items: listOf(
    objectOf({
      id: { idOf: 'oauthAccount' },
      provider: { type: 'string' },
      accountId: { type: 'string' },
      accountEmail: { type: 'string', nullable: true },
      createdAt: { type: 'string', format: 'date-time' },
    }),
  ),
});

const writeAccount = ({ id, provider, accountId, accountEmail, createdAt }: BaseOAuthAccount) => ({
  ...{ id: jsonId(id), provider, accountId, accountEmail, createdAt },
});
