import { DataSource, type DataSourceOptions, Table, TableForeignKey } from 'typeorm';
import { Session } from './users/session.entity.js';
import { User } from './users/user.entity.js';

const SQLITE = 'sqlite:';

/** @throws an Error whose message is one sentence for whoever starts the application */
export function databaseOptions(url: string): DataSourceOptions {
  const entities = [User, Session];
  const isSqlite = url.startsWith(SQLITE) && url !== SQLITE;
  if (isSqlite) return { type: 'better-sqlite3', database: url.slice(SQLITE.length), entities };
  if (/^mysql:\/\/./.test(url)) return { type: 'mysql', url, entities };
  // PostgreSQL makes UUIDs by itself since version 13: no extension, and no right to install one.
  const uuids = { uuidExtension: 'pgcrypto', installExtensions: false } as const;
  if (/^postgres(ql)?:\/\/./.test(url)) return { type: 'postgres', url, entities, ...uuids };
  throw new Error('DATABASE_URL must begin with sqlite:, postgres:// or mysql:// and name a database.');
}

/** Connects, and makes the tables of the users and of their sessions where there are none. One that is there is left as it is. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await connect(options);
  for (const entity of [User, Session]) {
    if (await hasTable(dataSource, entity)) continue;
    try {
      await createTable(dataSource, entity);
    } catch (error) {
      // Another process that started at the same time was faster.
      if (!(await hasTable(dataSource, entity))) throw error;
    }
  }
  return dataSource;
}

async function connect(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await new DataSource(options).initialize();
  } catch (cause) {
    const { message, code } = cause as Error & { code?: string };
    throw new Error(`DATABASE_URL: the database cannot be opened: ${message || code}.`, { cause });
  }
}

type Entity = typeof User | typeof Session;

async function hasTable(dataSource: DataSource, entity: Entity): Promise<boolean> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    return await queryRunner.hasTable(dataSource.getMetadata(entity).tablePath);
  } finally {
    await queryRunner.release();
  }
}

/** This one alone: `synchronize()` would change a table of users that the Python application made. */
async function createTable(dataSource: DataSource, entity: Entity): Promise<void> {
  const { driver } = dataSource;
  const metadata = dataSource.getMetadata(entity);
  const table = Table.create(metadata, driver);
  table.foreignKeys = metadata.foreignKeys.map((key) => TableForeignKey.create(key, driver));
  const queryRunner = dataSource.createQueryRunner();
  try {
    await queryRunner.createTable(table);
  } finally {
    await queryRunner.release();
  }
}
