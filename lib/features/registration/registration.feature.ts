import type { Feature } from '../feature.js';
import {
  createConcealedRegistrationController,
  createRegistrationController,
} from './registration.controller.js';
import { REGISTRATION_PLAN, type RegistrationOptions } from './registration.options.js';

export const registrationFeature: Feature<RegistrationOptions> = {
  key: 'registration',
  plan: REGISTRATION_PLAN,
  settings: [],
  flags: ['concealExisting'],
  build(options, { dtos }) {
    const plan = { path: 'auth/register', registerDto: dtos.register, readDto: dtos.read, ...options };
    const create = options.concealExisting
      ? createConcealedRegistrationController
      : createRegistrationController;
    return { controllers: [create(plan)] };
  },
};
