import type { Provider, Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Background } from '../common/background.js';
import { Database } from './database.js';
import { HOST_DATA_SOURCE } from './host-entities.js';

interface Timeout {
  databaseTimeoutSeconds: number;
}

/** @param settings the token of an object with the time limit for an answer of the database */
export const databaseProvider = (settings: symbol): Provider => ({
  provide: Database,
  inject: [HOST_DATA_SOURCE, settings, Background],
  useFactory: (source: DataSource, { databaseTimeoutSeconds }: Timeout, background: Background) =>
    new Database(source, databaseTimeoutSeconds, background),
});

/** The repository of one of the host's entities, under an injection token of this library. */
export const repositoryProvider = (token: symbol, entity: Type): Provider => ({
  provide: token,
  inject: [Database],
  useFactory: (database: Database) => database.repository(entity),
});
