import { loginField } from '../../users/identifiers.js';
import type { Feature } from '../feature.js';
import { createAuthController } from './auth.controller.js';
import { AUTH_KINDS, type AuthOptions } from './auth.options.js';
import { AuthService } from './auth.service.js';

export const authFeature: Feature<AuthOptions, 'auth'> = {
  key: 'auth',
  kinds: AUTH_KINDS,
  build(options, { dtos, backends, identifiers }) {
    const plan = {
      path: 'auth',
      loginPath: 'login',
      logoutPath: 'logout',
      logoutAllPath: 'logout-all',
      returnUser: options.readDto !== undefined || options.loadOptions !== undefined,
      readDto: dtos.read,
      loginDto: dtos.login,
      loginField: loginField(identifiers),
      ...options,
    };
    return {
      controllers: backends.map((backend) => createAuthController(plan, backend)),
      providers: [AuthService],
    };
  },
};
