import { Delete, HttpCode, Req, Res, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { CurrentPasswordDto } from '../../authentication/current-password.dto.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { Describes, HOOK_REFUSES, NEEDS_FRESH_LOGIN } from '../../common/route-description.js';
import { Dto, type Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { CurrentUserOptions } from './current-user.options.js';
import { CurrentUserService } from './current-user.service.js';

/** The route by which a user deletes their own account. */
export function createSelfDeletionController(plan: CurrentUserOptions): Type {
  @ErrorHeaders()
  @FeatureController(plan)
  class SelfDeletionController {
    constructor(readonly currentUser: CurrentUserService) {}

    @Delete()
    @HttpCode(204)
    @Describes({
      id: 'current_user_delete',
      summary: 'Delete the logged-in user',
      answers: { 204: { says: 'The user is deleted.' } },
      failures: [...NEEDS_FRESH_LOGIN, 'LAST_SUPERUSER', 'USER_IN_USE', HOOK_REFUSES],
    })
    @UseGuards(Authenticated())
    async remove(
      @CurrentIdentity() identity: Sent<Identity>,
      @Dto(CurrentPasswordDto) body: Sent<CurrentPasswordDto>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      await this.currentUser.remove(identity, body, request, response);
    }
  }
  return SelfDeletionController;
}
