import type { Feature } from '../feature.js';
import {
  createConcealedRegistrationController,
  createRegistrationController,
} from './registration.controller.js';
import { REGISTRATION_KINDS, type RegistrationOptions } from './registration.options.js';

export const registrationFeature: Feature<RegistrationOptions, 'registration'> = {
  key: 'registration',
  kinds: REGISTRATION_KINDS,
  build(options, { dtos, addresses }) {
    const plan = {
      path: 'auth/register',
      registerDto: dtos.register,
      readDto: dtos.read,
      addresses,
      ...options,
    };
    const create = options.concealExisting
      ? createConcealedRegistrationController
      : createRegistrationController;
    return { controllers: [create(plan)] };
  },
};
