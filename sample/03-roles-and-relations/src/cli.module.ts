import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { readConfiguration } from './configuration.js';
import { Roles } from './roles.js';
import { usersModule } from './users/users.module.js';

const { database, secret } = readConfiguration(process.env);

/** What `nestjs-users` starts for its commands: the users and their roles, and nothing of the shop. */
@Module({
  imports: [TypeOrmModule.forRoot({ ...database, retryAttempts: 1 }), usersModule(secret)],
  providers: [Roles],
})
export class CliModule {}
