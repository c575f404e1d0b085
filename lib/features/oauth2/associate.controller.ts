import { Get, Req, Res, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { Public } from '../../authentication/public.decorator.js';
import { DtoOutput } from '../../common/output/dto-output.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
import { QueryDto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import { AssociationService } from './flow/association.service.js';
import { MayAssociateGuard } from './may-associate.guard.js';
import { AUTHORIZE_ANSWERS, AUTHORIZE_FAILURES, BACK_TO_PAGE, CALLBACK_FAILURES } from './oauth2.answers.js';
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
    @Describes({
      id: `oauth2_${client}_associate_authorize`,
      summary: `Begin to link an account at ${client}`,
      answers: AUTHORIZE_ANSWERS,
      failures: [
        ...AUTHORIZE_FAILURES,
        {
          code: 'REAUTHENTICATION_REQUIRED',
          when: 'Only a recent login helps here, and `currentPassword` does not.',
        },
        {
          code: 'CROSS_ORIGIN_REQUEST',
          when: 'With a cookie, only a page of an allowed origin may begin this.',
        },
      ],
    })
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
     * The browser comes from another site, so it need not send its login. The flow's cookie identifies the user who
     * started it; the login of another user is refused.
     */
    @Get(plan.callbackPath)
    @Describes({
      id: `oauth2_${client}_associate_callback`,
      summary: `Link the account at ${client}`,
      answers: {
        200: {
          says: 'The user who began this in the same browser. The account is linked.',
          body: { dto: plan.readDto },
        },
        302: BACK_TO_PAGE,
      },
      failures: CALLBACK_FAILURES,
    })
    @Public()
    @NoStore()
    async callback(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse) {
      const user = await this.associations.end(route, plan.loadOptions, request, response);
      return user && output.write(user);
    }
  }
  return AssociateController;
}
