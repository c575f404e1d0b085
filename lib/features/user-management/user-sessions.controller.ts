import { Delete, Get, HttpCode, Param, type Type, UseGuards } from '@nestjs/common';
import type { Identity } from '../../authentication/backend.js';
import { CurrentIdentity } from '../../authentication/current-user.decorator.js';
import { writeSessions } from '../../authentication/sessions/session-output.js';
import { SessionsService } from '../../authentication/sessions/sessions.service.js';
import { NoStore } from '../../common/http.js';
import type { Sent } from '../../common/validation/dto.decorator.js';
import type { BaseUser } from '../../users/user.entity.js';
import { ErrorHeaders, FeatureController } from '../feature.decorators.js';
import { createTargetUserGuard, TargetUser } from './target-user.guard.js';
import type { UserManagementOptions } from './user-management.options.js';

/** Where a user is logged in, for administrators. */
export function createUserSessionsController(plan: UserManagementOptions & { hasRoles: boolean }): Type {
  const TargetUserGuard = createTargetUserGuard(undefined, plan.hasRoles);

  @ErrorHeaders()
  // Above the feature's guards, which the lower decorator puts first: a stranger learns nothing of who exists.
  @UseGuards(TargetUserGuard)
  @FeatureController(plan, `${plan.path}/:id/sessions`)
  class UserSessionsController {
    constructor(readonly sessions: SessionsService) {}

    @Get()
    @NoStore()
    async list(@CurrentIdentity() { session }: Sent<Identity>, @TargetUser() user: Sent<BaseUser>) {
      return writeSessions(await this.sessions.list(user), session);
    }

    /** Every login of the user, by whatever backend. */
    @Delete()
    @HttpCode(204)
    async endAll(@TargetUser() user: Sent<BaseUser>) {
      await this.sessions.endAll(user);
    }

    @Delete(':sessionId')
    @HttpCode(204)
    async end(@TargetUser() user: Sent<BaseUser>, @Param('sessionId') id: string) {
      await this.sessions.end(user, id);
    }
  }
  return UserSessionsController;
}
