import type { DataSource } from 'typeorm';

/** SQLite has one writer at a time, one connection, and no statistics without `ANALYZE`. */
export const isSqlite = ({ options }: DataSource): boolean => /sqlite|sqljs/.test(options.type);

export const isPostgres = ({ options }: DataSource): boolean => options.type === 'postgres';

/** The escaped name of a table for a statement, with its schema. */
export const escapedTable = ({ driver }: DataSource, tablePath: string): string =>
  tablePath
    .split('.')
    .map((name) => driver.escape(name))
    .join('.');
