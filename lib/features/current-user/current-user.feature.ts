import { DEFAULT_DTOS } from '../dtos.js';
import type { Feature } from '../feature.js';
import { createCurrentUserController } from './current-user.controller.js';
import {
  CURRENT_USER_KINDS,
  CURRENT_USER_SETTINGS,
  type CurrentUserOptions,
  resolveCurrentUser,
} from './current-user.options.js';
import { createSelfDeletionController } from './self-deletion.controller.js';
import { createOwnSessionsController } from './own-sessions.controller.js';
import { CurrentUserService } from './current-user.service.js';

export const currentUserFeature: Feature<CurrentUserOptions, 'currentUser'> = {
  key: 'currentUser',
  kinds: CURRENT_USER_KINDS,
  settingsToken: CURRENT_USER_SETTINGS,
  resolve: resolveCurrentUser,
  inputDtos: { updateDto: DEFAULT_DTOS.update },
  build(options, { dtos, addresses, keepsSessions }) {
    const defaults = {
      path: 'users/me',
      readDto: dtos.read,
      updateDto: dtos.update,
      strictVerification: false,
      addresses,
    };
    const plan = { ...defaults, ...options };
    const controllers = [createCurrentUserController(plan)];
    if (options.deletion) controllers.push(createSelfDeletionController(plan));
    if (keepsSessions) controllers.push(createOwnSessionsController(plan));
    return { controllers, providers: [CurrentUserService] };
  },
};
