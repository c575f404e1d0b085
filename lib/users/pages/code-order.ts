import type { Repository } from 'typeorm';
import { escapedTable, isSqlite } from '../../database/dialect.js';
import { columnOf } from '../../database/entity-metadata.js';
import type { BaseUser } from '../user.entity.js';

const known = new WeakMap<object, Promise<boolean>>();

/**
 * Whether all texts with one prefix are a range in the column's order, and the planner needs that condition.
 * MariaDB finds the range by itself. PostgreSQL has such a range only with the collation `C`: in Czech, for
 * example, `ch` sorts after `h`.
 */
export function ordersByCode<User extends BaseUser>(
  users: Repository<User>,
  property: string,
): Promise<boolean> {
  if (isSqlite(users.manager.dataSource)) return Promise.resolve(true);
  if (users.manager.dataSource.options.type !== 'postgres') return Promise.resolve(false);
  const asked = known.get(users.metadata) ?? askCollation(users, property);
  known.set(users.metadata, asked);
  asked.catch(() => known.delete(users.metadata));
  return asked;
}

/** Collations that sort by code point. */
const CODE_ORDERS = `'C', 'POSIX', 'C.UTF-8', 'C.utf8'`;

/** Reads PostgreSQL's catalog, from version 13. Columns of later versions are read if they exist. */
async function askCollation<User extends BaseUser>(
  { manager, metadata }: Repository<User>,
  property: string,
): Promise<boolean> {
  const rows: { code: boolean | null }[] = await manager.query(
    `SELECT CASE WHEN k.collname <> 'default' THEN k.collprovider = 'c' AND k.collcollate IN (${CODE_ORDERS})
       WHEN to_jsonb(d) ->> 'datlocprovider' = 'i' THEN false
       ELSE coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') = 'b' OR d.datcollate IN (${CODE_ORDERS}) END AS code
     FROM pg_attribute a JOIN pg_collation k ON k.oid = a.attcollation
     JOIN pg_database d ON d.datname = current_database()
     WHERE a.attrelid = $1::regclass AND a.attname = $2`,
    [escapedTable(manager.dataSource, metadata.tablePath), columnOf(metadata, property)?.databaseName],
  );
  return Boolean(rows[0]?.code);
}
