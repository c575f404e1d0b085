import type { DataSourceOptions } from 'typeorm';
import { databaseFile } from './configuration.js';
import { CreateUsers1795331239932 } from './migrations/1795331239932-CreateUsers.js';
import { User } from './users/user.entity.js';

export const databaseOptions: DataSourceOptions = {
  type: 'better-sqlite3',
  database: databaseFile,
  entities: [User],
  migrations: [CreateUsers1795331239932],
  migrationsRun: true,
  synchronize: false,
};
