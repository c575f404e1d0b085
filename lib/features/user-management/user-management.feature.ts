import { Superuser } from '../../authorization/superuser.guard.js';
import { DEFAULT_DTOS } from '../../users/users.dtos.js';
import type { Feature } from '../feature.js';
import { createPasswordResetMailController } from './password-reset-mail.controller.js';
import { createUserManagementController } from './user-management.controller.js';
import {
  CAN_INVITE,
  USER_MANAGEMENT_PLAN,
  USER_MANAGEMENT_SETTINGS_KEYS,
  type UserManagementOptions,
} from './user-management.options.js';
import { createUserSessionsController } from './user-sessions.controller.js';
import { UserManagementService } from './user-management.service.js';

export const userManagementFeature: Feature<UserManagementOptions> = {
  key: 'userManagement',
  plan: USER_MANAGEMENT_PLAN,
  settings: USER_MANAGEMENT_SETTINGS_KEYS,
  inputDtos: { updateDto: DEFAULT_DTOS.adminUpdate },
  build(options, { dtos, keepsSessions, hasRoles, open }) {
    const plan = {
      path: 'users',
      readDto: dtos.read,
      createDto: dtos.adminCreate,
      updateDto: dtos.adminUpdate,
      hasRoles,
      ...options,
      guards: options.guards?.length ? options.guards : [Superuser()],
    };
    const controllers = [createUserManagementController(plan)];
    const canInvite = open.includes('passwordReset');
    if (canInvite) controllers.push(createPasswordResetMailController(plan));
    if (keepsSessions) controllers.push(createUserSessionsController(plan));
    return { controllers, providers: [UserManagementService, { provide: CAN_INVITE, useValue: canInvite }] };
  },
};
