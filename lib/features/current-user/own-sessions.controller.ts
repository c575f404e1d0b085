import { Delete, Get, HttpCode, Param, Req, Res, type Type, UseGuards } from '@nestjs/common';
import { Authenticated } from '../../authentication/authenticated.guard.js';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { SESSIONS_SHAPE, writeSessions } from '../../authentication/sessions/session-output.js';
import { SessionsService } from '../../authentication/sessions/sessions.service.js';
import { Authority } from '../../authorization/authority.js';
import { type HttpRequest, type HttpResponse, NoStore } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
import type { Sent } from '../../common/validation/dto.decorator.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import type { CurrentUserOptions } from './current-user.options.js';

/** The routes for the user's own sessions. */
export function createOwnSessionsController(plan: CurrentUserOptions): Type {
  @ErrorHeaders()
  @FeatureController(plan, `${plan.path}/sessions`)
  @UseGuards(Authenticated())
  class OwnSessionsController {
    constructor(
      readonly sessions: SessionsService,
      readonly authority: Authority,
    ) {}

    @Get()
    @Describes({
      id: 'current_user_list_sessions',
      summary: 'List the own sessions',
      answers: { 200: { says: 'The sessions, the newest first.', body: SESSIONS_SHAPE } },
    })
    @NoStore()
    async list(@CurrentIdentity() { user, session }: Sent<Identity>) {
      return writeSessions(await this.sessions.list(user), session);
    }

    @Delete()
    @HttpCode(204)
    @Describes({
      id: 'current_user_end_other_sessions',
      summary: 'End all other logins of the user',
      answers: { 204: { says: 'All other logins have ended.' } },
    })
    @NoStore()
    async endOthers(
      @CurrentIdentity() identity: Sent<Identity>,
      @Req() request: HttpRequest,
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      await this.sessions.endOthers(identity, request, response);
    }

    @Delete(':id')
    @HttpCode(204)
    @Describes({
      id: 'current_user_end_session',
      summary: 'End one of the own sessions',
      ids: { id: 'session' },
      answers: { 204: { says: 'The login has ended.' } },
    })
    async end(@CurrentIdentity() identity: Sent<Identity>, @Param('id') id: string) {
      await this.sessions.end(identity.user, id, this.authority.ofOwnAccount(identity));
    }
  }
  return OwnSessionsController;
}
