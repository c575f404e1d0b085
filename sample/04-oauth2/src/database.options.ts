import type { DataSourceOptions } from 'typeorm';
import { OAuthAccount } from './users/oauth-account.entity.js';
import { OneTimeToken } from './users/one-time-token.entity.js';
import { Session } from './users/session.entity.js';
import { User } from './users/user.entity.js';

// For a first try the tables follow the entities. A real application has migrations, as sample 01 shows.
export const databaseOptions = (database: string): DataSourceOptions => ({
  type: 'better-sqlite3',
  database,
  entities: [User, Session, OAuthAccount, OneTimeToken],
  synchronize: true,
});
