import type { DynamicModule } from '@nestjs/common';
import { bearer, cookie, database, jwt, RolesAccepted, UsersModule } from 'nestjs-users';
import { MailModule } from '../mail/mail.module.js';
import { Role } from './role.entity.js';
import { Session } from './session.entity.js';
import { User } from './user.entity.js';
import { AppUserReadDto } from './users.dto.js';
import { AppUsersService } from './users.service.js';

const MINUTES = 60;
const DAYS = 86_400;
const administrators = [RolesAccepted('administrator')];
const withRoles = { relations: { roles: true } };

export const usersModule = (secret: string): DynamicModule =>
  UsersModule.forRoot({
    secret,
    entities: { user: User, role: Role, session: Session },
    service: AppUsersService,
    imports: [MailModule],
    dtos: { read: AppUserReadDto },
    // The README says why, and why not in a real shop.
    requireVerification: false,
    backends: [
      { name: 'jwt', transport: bearer(), strategy: jwt({ lifetimeSeconds: 30 * MINUTES }) },
      { name: 'cookie', transport: cookie(), strategy: database({ lifetimeSeconds: 14 * DAYS }) },
    ],
    auth: { loadOptions: withRoles },
    registration: {},
    passwordReset: {},
    currentUser: { loadOptions: withRoles },
    userManagement: { guards: administrators, loadOptions: withRoles },
    // Administrators say who is a clerk without being one: with 'own' they could give no role but their own.
    roleManagement: { guards: administrators, grant: 'any' },
  });
