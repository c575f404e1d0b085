import { randomUUID } from 'node:crypto';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** Every database that tests can run on. */
export const DATABASES = ['sqlite', 'postgres', 'mariadb'] as const;
export type Database = (typeof DATABASES)[number];

/** `TEST_DATABASES=sqlite,postgres,mariadb,redis` chooses; SQLite alone needs nothing but npm. */
export function databasesUnderTest(): Database[] {
  const chosen = (process.env['TEST_DATABASES'] ?? 'sqlite')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== 'redis');
  const unknown = chosen.find((name) => !DATABASES.includes(name as Database));
  if (unknown !== undefined)
    throw new Error(`TEST_DATABASES names ${unknown}; there are ${DATABASES.join(', ')}.`);
  return chosen as Database[];
}

export interface TestDatabase {
  options: DataSourceOptions;
  drop: () => Promise<void>;
}

const SERVERS = {
  postgres: {
    type: 'postgres',
    url: process.env['TEST_POSTGRES_URL'] ?? 'postgres://root@127.0.0.1:5432/test',
  },
  mariadb: { type: 'mariadb', url: process.env['TEST_MARIADB_URL'] ?? 'mysql://root@127.0.0.1:3306/test' },
} as const;

/** Where databases are made. */
export const serverOf = (database: Database): DataSourceOptions =>
  database === 'sqlite' ? { type: 'better-sqlite3', database: ':memory:' } : SERVERS[database];

/** A place of its own for one test: a file in memory, a schema, or a database. */
export async function createDatabase(database: Database): Promise<TestDatabase> {
  if (database === 'sqlite') {
    return { options: { type: 'better-sqlite3', database: ':memory:' }, drop: async () => undefined };
  }
  const name = `nestjs_users_${randomUUID().replaceAll('-', '')}`;
  const server = SERVERS[database];
  if (database === 'postgres') {
    await execute(server, `CREATE SCHEMA ${name}`);
    return {
      options: { ...server, schema: name, applicationName: name } as DataSourceOptions,
      drop: () => execute(server, `DROP SCHEMA ${name} CASCADE`),
    };
  }
  await execute(server, `CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  return {
    options: { ...server, url } as DataSourceOptions,
    drop: () => execute(server, `DROP DATABASE ${name}`),
  };
}

async function execute(server: DataSourceOptions, statement: string): Promise<void> {
  const connection = await new DataSource(server).initialize();
  try {
    await connection.query(statement);
  } finally {
    await connection.destroy();
  }
}
