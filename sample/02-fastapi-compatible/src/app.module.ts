import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { bearer, jwt, UsersModule } from 'nestjs-users';
import type { Configuration } from './configuration.js';
import { openDatabase } from './database.js';
import { FirstSuperuser, SUPERUSER } from './first-superuser.js';
import { Outbox } from './outbox.js';
import { Session } from './users/session.entity.js';
import { User } from './users/user.entity.js';
import { SnakeAdminCreateDto, SnakeAdminUpdateDto, SnakeReadDto, SnakeUpdateDto } from './users/users.dto.js';
import { AppUsersService } from './users/users.service.js';

@Module({})
export class AppModule {
  static for({
    database,
    hasLimits,
    outbox,
    requireVerification,
    secret,
    superuser,
  }: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...database, retryAttempts: 1 }),
          dataSourceFactory: () => openDatabase(database),
        }),
        UsersModule.forRoot({
          secret,
          entities: { user: User, session: Session },
          service: AppUsersService,
          providers: [{ provide: Outbox, useValue: new Outbox(outbox) }],
          dtos: {
            read: SnakeReadDto,
            update: SnakeUpdateDto,
            adminCreate: SnakeAdminCreateDto,
            adminUpdate: SnakeAdminUpdateDto,
          },
          backends: [{ name: 'jwt', transport: bearer(), strategy: jwt({ lifetimeSeconds: 3600 }) }],
          passwords: { minLength: 3 },
          requireVerification,
          ...(!hasLimits && { limits: false as const }),
          auth: {},
          registration: {},
          verification: {},
          passwordReset: {},
          // A new address is the user's at once, and unverified: with requireVerification, the default would wait for its mail.
          currentUser: { freshLoginSeconds: false, strictVerification: true, emailChange: 'immediate' },
          userManagement: { freshLoginSeconds: false },
        }),
      ],
      providers: [FirstSuperuser, { provide: SUPERUSER, useValue: superuser }],
    };
  }
}
