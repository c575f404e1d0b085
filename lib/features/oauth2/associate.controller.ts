import { Get, Req, Res, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import { AssociationService } from './flow/association.service.js';
import { MayAssociateGuard } from './may-associate.guard.js';
import { AuthorizeDto } from './oauth2.dto.js';
import { joinPath, type OAuth2Plan } from './oauth2.plan.js';

/** The routes that link an account to a logged-in user. */
export function createAssociateController(plan: OAuth2Plan, client: string): Type {
  const output = new DtoOutput(plan.readDto);
  const path = joinPath(plan.associatePath, client);
  const route = {
    client,
    intent: 'associate' as const,
    callbackPath: joinPath(path, plan.callbackPath),
  };

  @ErrorHeaders()
  @FeatureController(plan, path)
  class AssociateController {
    constructor(readonly associations: AssociationService) {}

    @Get(plan.authorizePath)
    @UseGuards(MayAssociateGuard)
    @NoStore()
    authorize(
      @CurrentIdentity() identity: Sent<Identity>,
      @QueryDto(AuthorizeDto) query: Sent<AuthorizeDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      return this.associations.begin(route, identity, query, request, response);
    }

    /**
     * The browser comes from another site, so its login is not used. The flow's cookie identifies the user who
     * started it.
     */
    @Get(plan.callbackPath)
    @Public()
    @NoStore()
    async callback(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse) {
      const user = await this.associations.end(route, plan.loadOptions, request, response);
      return user && output.write(user);
    }
  }
  return AssociateController;
}
