import { DataSource, type DataSourceOptions } from 'typeorm';
import { User } from './users/user.entity.js';

const SQLITE = 'sqlite:';

/** @throws an Error whose message is one sentence for whoever starts the application */
export function databaseOptions(url: string): DataSourceOptions {
  const entities = [User];
  const isSqlite = url.startsWith(SQLITE) && url !== SQLITE;
  if (isSqlite) return { type: 'better-sqlite3', database: url.slice(SQLITE.length), entities };
  if (/^mysql:\/\/./.test(url)) return { type: 'mysql', url, entities };
  // PostgreSQL makes UUIDs by itself since version 13: no extension, and no right to install one.
  const uuids = { uuidExtension: 'pgcrypto', installExtensions: false } as const;
  if (/^postgres(ql)?:\/\/./.test(url)) return { type: 'postgres', url, entities, ...uuids };
  throw new Error('DATABASE_URL must begin with sqlite:, postgres:// or mysql:// and name a database.');
}

/** Connects, and makes the table of the users where there is none. One that is there is left as it is. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await connect(options);
  if (await hasTable(dataSource)) return dataSource;
  try {
    await dataSource.synchronize();
  } catch (error) {
    // Another process that started at the same time was faster.
    if (!(await hasTable(dataSource))) throw error;
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

async function hasTable(dataSource: DataSource): Promise<boolean> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    return await queryRunner.hasTable(dataSource.getMetadata(User).tablePath);
  } finally {
    await queryRunner.release();
  }
}
