import type { DataSourceOptions } from 'typeorm';
import { OrderLine } from './orders/order-line.entity.js';
import { Order } from './orders/order.entity.js';
import { Role } from './users/role.entity.js';
import { Session } from './users/session.entity.js';
import { User } from './users/user.entity.js';

const SQLITE = 'sqlite:';

/** @throws an Error whose message is one sentence for whoever starts the application */
export function databaseOptions(url: string): DataSourceOptions {
  // For a first try the tables follow the entities. A real application has migrations, as sample 01 shows.
  const tables = { entities: [User, Role, Session, Order, OrderLine], synchronize: true };
  const isSqlite = url.startsWith(SQLITE) && url !== SQLITE;
  if (isSqlite) return { type: 'better-sqlite3', database: url.slice(SQLITE.length), ...tables };
  if (/^mysql:\/\/./.test(url)) return { type: 'mysql', url, ...tables };
  // PostgreSQL makes UUIDs by itself since version 13: no extension, and no right to install one.
  const uuids = { uuidExtension: 'pgcrypto', installExtensions: false } as const;
  if (/^postgres(ql)?:\/\/./.test(url)) return { type: 'postgres', url, ...tables, ...uuids };
  throw new Error('DATABASE_URL must begin with sqlite:, postgres:// or mysql:// and name a database.');
}
