import type { DataSource } from 'typeorm';

/** One writer at a time, one connection, and no statistics unless somebody asks for them. */
export const isSqlite = ({ options }: DataSource): boolean => /sqlite|sqljs/.test(options.type);

/** A table's name in a statement, its schema included. */
export const escapedTable = ({ driver }: DataSource, tablePath: string): string =>
  tablePath
    .split('.')
    .map((name) => driver.escape(name))
    .join('.');
