import { DEFAULT_DTOS } from '../../users/users.dtos.js';
import type { Feature } from '../feature.js';
import { createCurrentUserController } from './current-user.controller.js';
import {
  CURRENT_USER_PLAN,
  CURRENT_USER_SETTINGS_KEYS,
  type CurrentUserOptions,
} from './current-user.options.js';
import { createSelfDeletionController } from './self-deletion.controller.js';
import { createOwnSessionsController } from './own-sessions.controller.js';
import { CurrentUserService } from './current-user.service.js';

export const currentUserFeature: Feature<CurrentUserOptions> = {
  key: 'currentUser',
  plan: CURRENT_USER_PLAN,
  settings: CURRENT_USER_SETTINGS_KEYS,
  flags: ['deletion', 'strictVerification'],
  inputDtos: { updateDto: DEFAULT_DTOS.update },
  build(options, { dtos, keepsSessions }) {
    const defaults = {
      path: 'users/me',
      readDto: dtos.read,
      updateDto: dtos.update,
      strictVerification: false,
    };
    const plan = { ...defaults, ...options };
    const controllers = [createCurrentUserController(plan)];
    if (options.deletion) controllers.push(createSelfDeletionController(plan));
    if (keepsSessions) controllers.push(createOwnSessionsController(plan));
    return { controllers, providers: [CurrentUserService] };
  },
};
