import type { DynamicModule } from '@nestjs/common';
import { bearer, cookie, database, jwt, UsersModule } from 'nestjs-users';
import type { Configuration } from '../configuration.js';
import { Session } from './session.entity.js';
import { User } from './user.entity.js';

export const usersModule = ({ secret }: Configuration): DynamicModule =>
  UsersModule.forRoot({
    secret,
    entities: { user: User, session: Session },
    backends: [
      { name: 'app', transport: bearer(), strategy: jwt() },
      { name: 'web', transport: cookie(), strategy: database() },
    ],
    // Guards every route, every field of GraphQL and every message of a socket, except public ones.
    protectAll: true,
    // So that this sample needs no mails. Sample 01 has them.
    requireVerification: false,
    auth: {},
    registration: {},
    currentUser: {},
  });
