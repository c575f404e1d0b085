import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from 'nestjs-users';
import { usersSecret } from './configuration.js';
import { databaseOptions } from './database.options.js';
import { mailer } from './mail/mailer.js';
import { GreetingController } from './users/greeting.controller.js';
import { StatisticsController } from './users/statistics.controller.js';
import { User } from './users/user.entity.js';
import { AppRegisterDto, AppUserReadDto, AppUserUpdateDto } from './users/users.dto.js';
import { AppUsersService } from './users/users.service.js';

@Module({
  imports: [
    TypeOrmModule.forRoot(databaseOptions),
    UsersModule.forRoot({
      secret: usersSecret(),
      entities: { user: User },
      service: AppUsersService,
      mailer,
      dtos: { register: AppRegisterDto, read: AppUserReadDto, update: AppUserUpdateDto },
      auth: {},
      registration: {},
      verification: {},
      passwordReset: {},
      currentUser: {},
    }),
  ],
  controllers: [GreetingController, StatisticsController],
})
export class AppModule {}
