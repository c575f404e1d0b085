import { type DynamicModule, Module, ValidationPipe } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BackOfficeModule } from './back-office/back-office.module.js';
import type { Configuration } from './configuration.js';
import { OrdersModule } from './orders/orders.module.js';
import { Roles } from './roles.js';
import { usersModule } from './users/users.module.js';

/** Judges the shop's own bodies. The routes of the library have a validation of their own, and this leaves it alone. */
const validation = new ValidationPipe({
  whitelist: true,
  forbidNonWhitelisted: true,
  transform: true,
  errorHttpStatusCode: 422,
});

@Module({})
export class AppModule {
  static for({ database, secret }: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({ ...database, retryAttempts: 1 }),
        usersModule(secret),
        OrdersModule,
        BackOfficeModule,
      ],
      providers: [Roles, { provide: APP_PIPE, useValue: validation }],
    };
  }
}
