import { Get, Req, Res, type Type, UseGuards } from '@nestjs/common';
import { CurrentUser } from '../../authentication/current-user.decorator.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { BaseUser } from '../../users/user.entity.js';
import { AssociationService } from './association.service.js';
import { MayAssociateGuard } from './may-associate.guard.js';
import { AuthorizeDto } from './oauth2.dto.js';
import { joinPath, type OAuth2Plan } from './oauth2.plan.js';

/** Accounts for a user who is logged in. */
export function createAssociateController(plan: OAuth2Plan, client: string): Type {
  const output = new DtoOutput(plan.readDto);
  const path = joinPath(plan.associatePath, client);
  const journey = {
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
      @CurrentUser() user: Sent<BaseUser>,
      @QueryDto(AuthorizeDto) query: Sent<AuthorizeDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      return this.associations.begin(journey, user, query, request, response);
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
