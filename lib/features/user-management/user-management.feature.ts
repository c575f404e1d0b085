import { DEFAULT_DTOS } from '../dtos.js';
import { checkAuthorizedBy } from '../administration.decorator.js';
import type { Feature } from '../feature.js';
import { createPasswordResetMailController } from './password-reset-mail.controller.js';
import { createUserManagementController } from './user-management.controller.js';
import {
  CAN_INVITE,
  resolveUserManagement,
  USER_MANAGEMENT_KINDS,
  USER_MANAGEMENT_SETTINGS,
  type UserManagementOptions,
} from './user-management.options.js';
import { createUserSessionsController } from './user-sessions.controller.js';
import { UserManagementService } from './user-management.service.js';

export const userManagementFeature: Feature<UserManagementOptions, 'userManagement'> = {
  key: 'userManagement',
  kinds: USER_MANAGEMENT_KINDS,
  settingsToken: USER_MANAGEMENT_SETTINGS,
  resolve: resolveUserManagement,
  inputDtos: { updateDto: DEFAULT_DTOS.adminUpdate },
  build(options, { dtos, addresses, keepsSessions, hasRoles, open }) {
    checkAuthorizedBy('userManagement', options);
    const plan = {
      path: 'users',
      readDto: dtos.read,
      createDto: dtos.adminCreate,
      updateDto: dtos.adminUpdate,
      hasRoles,
      addresses,
      ...options,
    };
    const controllers = [createUserManagementController(plan)];
    const canInvite = open.includes('passwordReset');
    if (canInvite) controllers.push(createPasswordResetMailController(plan));
    if (keepsSessions) controllers.push(createUserSessionsController(plan));
    return { controllers, providers: [UserManagementService, { provide: CAN_INVITE, useValue: canInvite }] };
  },
};
