import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Configuration } from './configuration.js';
import { databaseOptions } from './database.options.js';
import { PageController, PROVIDERS } from './page/page.controller.js';
import type { LocalProvider } from './provider/local-provider.js';
import { clientsOf, usersModule } from './users/users.module.js';

@Module({})
export class AppModule {
  static for(configuration: Configuration, provider: LocalProvider): DynamicModule {
    const names = clientsOf(configuration, provider).map(({ name }) => name);
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot(databaseOptions(configuration.databaseFile)),
        usersModule(configuration, provider),
      ],
      controllers: [PageController],
      providers: [{ provide: PROVIDERS, useValue: names }],
    };
  }
}
