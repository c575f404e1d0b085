import type { Feature } from '../feature.js';
import { createAuthController } from './auth.controller.js';
import { AUTH_PLAN, type AuthOptions } from './auth.options.js';
import { AuthService } from './auth.service.js';

export const authFeature: Feature<AuthOptions> = {
  key: 'auth',
  plan: AUTH_PLAN,
  settings: [],
  flags: ['returnUser'],
  build(options, { dtos, backends, identifier }) {
    const plan = {
      path: 'auth',
      loginPath: 'login',
      logoutPath: 'logout',
      logoutAllPath: 'logout-all',
      returnUser: options.readDto !== undefined || options.loadOptions !== undefined,
      readDto: dtos.read,
      loginDto: dtos.login,
      identifier,
      ...options,
    };
    return {
      controllers: backends.map(({ name }) => createAuthController(plan, name)),
      providers: [AuthService],
    };
  },
};
