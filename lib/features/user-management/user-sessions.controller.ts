import { Delete, Get, HttpCode, Param, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { SESSIONS_SHAPE, writeSessions } from '../../authentication/sessions/session-output.js';
import { SessionsService } from '../../authentication/sessions/sessions.service.js';
import { Authority } from '../../authorization/authority.js';
import { NoStore } from '../../common/http.js';
import { Describes } from '../../common/route-description.js';
import type { Sent } from '../../common/validation/dto.decorator.js';
import type { BaseUser } from '../../users/user.entity.js';
import { AdministrationController } from '../administration.decorator.js';
import { ErrorHeaders } from '../feature.decorators.js';
import { createTargetUserGuard, TargetUser } from './target-user.guard.js';
import type { UserManagementOptions } from './user-management.options.js';

/** The routes for a user's sessions, for administrators. */
export function createUserSessionsController(plan: UserManagementOptions & { hasRoles: boolean }): Type {
  const TargetUserGuard = createTargetUserGuard(undefined, plan.hasRoles);

  @ErrorHeaders()
  // Above AdministrationController: Nest runs the guards of the lower decorator first, so a client without the
  // right does not learn which users exist.
  @UseGuards(TargetUserGuard)
  @AdministrationController(plan, `${plan.path}/:id/sessions`)
  class UserSessionsController {
    constructor(
      readonly sessions: SessionsService,
      readonly authority: Authority,
    ) {}

    @Get()
    @Describes({
      id: 'users_list_sessions',
      summary: 'List the sessions of a user',
      ids: { id: 'user' },
      answers: { 200: { says: 'The sessions, the newest first.', body: SESSIONS_SHAPE } },
    })
    @NoStore()
    async list(@CurrentIdentity() { session }: Sent<Identity>, @TargetUser() user: Sent<BaseUser>) {
      return writeSessions(await this.sessions.list(user), session);
    }

    /** Ends every login of the user, in every backend. */
    @Delete()
    @HttpCode(204)
    @Describes({
      id: 'users_end_sessions',
      summary: 'End every login of a user',
      ids: { id: 'user' },
      answers: { 204: { says: 'Every login of the user has ended.' } },
    })
    async endAll(@CurrentIdentity() identity: Sent<Identity>, @TargetUser() user: Sent<BaseUser>) {
      await this.sessions.endAll(user, this.mayChange(identity, user));
    }

    @Delete(':sessionId')
    @HttpCode(204)
    @Describes({
      id: 'users_end_session',
      summary: 'End one session of a user',
      ids: { id: 'user', sessionId: 'session' },
      answers: { 204: { says: 'The login has ended.' } },
    })
    async end(
      @CurrentIdentity() identity: Sent<Identity>,
      @TargetUser() user: Sent<BaseUser>,
      @Param('sessionId') id: string,
    ) {
      await this.sessions.end(user, id, this.mayChange(identity, user));
    }

    /** What must still be true when the logins end. */
    private mayChange(identity: Identity, target: BaseUser) {
      return this.authority.over(identity, { target, coversRoles: plan.hasRoles });
    }
  }
  return UserSessionsController;
}
