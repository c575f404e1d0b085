import { Get, Req, Res, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import { AssociationService } from './association.service.js';
import { AuthorizeDto } from './oauth2.dto.js';
import type { OAuth2Plan } from './oauth2.plan.js';
import { answerAuthorize } from './redirects.js';

/** Accounts for a user who is logged in. */
export function createAssociateController(plan: OAuth2Plan, client: string): Type {
  const output = new DtoOutput(plan.readDto);
  const path = `${plan.associatePath}/${client}`;
  const journey = { client, intent: 'associate' as const, callbackPath: `${path}/${plan.callbackPath}` };

  @ErrorHeaders()
  @FeatureController(plan, path)
  class AssociateController {
    constructor(readonly associations: AssociationService) {}

    @Get(plan.authorizePath)
    @UseGuards(Authenticated())
    @NoStore()
    async authorize(
      @CurrentIdentity() identity: Sent<Identity>,
      @QueryDto(AuthorizeDto) query: Sent<AuthorizeDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      const url = await this.associations.begin(journey, identity, query, request, response);
      return answerAuthorize(url, request, response);
    }

    /** The browser comes from another site, with no credential that counts: whose errand it is, the attempt says. */
    @Get(plan.callbackPath)
    @Public()
    @NoStore()
    async callback(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse) {
      const user = await this.associations.end(journey, plan.loadOptions, request, response);
      return user && output.write(user);
    }
  }
  return AssociateController;
}
