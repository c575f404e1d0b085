import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChatGateway } from './chat/chat.gateway.js';
import type { Configuration } from './configuration.js';
import { NotesModule } from './notes/notes.module.js';
import { usersModule } from './users/users.module.js';

@Module({})
export class AppModule {
  static for(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: configuration.databaseFile,
          autoLoadEntities: true,
          synchronize: true, // for a first try; a real application has migrations, as sample 01 shows
        }),
        usersModule(configuration),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          subscriptions: { 'graphql-ws': true },
        }),
        NotesModule,
      ],
      providers: [ChatGateway],
    };
  }
}
