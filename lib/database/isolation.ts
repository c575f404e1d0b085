import type { DataSource, EntityManager } from 'typeorm';
import { isPostgres, isSqlite } from './dialect.js';

type Level = 'READ COMMITTED' | 'REPEATABLE READ';

/**
 * At which level a statement decides on what is true when it runs: PostgreSQL sees at READ COMMITTED what others have
 * committed by then, and MySQL locks at REPEATABLE READ what a statement that writes reads of other tables. Both are the
 * databases' own defaults, which a host or a server may change.
 */
const levelOf = (source: DataSource): Level => (isPostgres(source) ? 'READ COMMITTED' : 'REPEATABLE READ');

const known = new WeakMap<DataSource, Promise<boolean>>();

/** Runs a transaction at the level at which its statements decide, whatever the default is. */
export async function decidingTransaction<T>(
  manager: EntityManager,
  run: (own: EntityManager) => Promise<T>,
): Promise<T> {
  const source = manager.dataSource;
  if (isSqlite(source) || (await decidesByDefault(source))) return manager.transaction(run);
  return manager.transaction(levelOf(source), run);
}

/** Whether statements outside a transaction, and transactions without a level, decide on what is true when they run. */
export function decidesByDefault(source: DataSource): Promise<boolean> {
  const found = known.get(source) ?? askLevel(source);
  known.set(source, found);
  // A connection that was down says nothing of the level.
  found.catch(() => known.delete(source));
  return found;
}

async function askLevel(source: DataSource): Promise<boolean> {
  const { isolationLevel } = source.options as { isolationLevel?: string };
  if (isolationLevel !== undefined && isolationLevel !== levelOf(source)) return false;
  const rows: Record<string, string>[] = await source.query(
    isPostgres(source)
      ? 'SHOW default_transaction_isolation'
      : "SHOW VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')",
  );
  const levels = rows.map(({ default_transaction_isolation: level, Value }) => level ?? Value ?? '');
  return levels.every((level) => level.toUpperCase().replace('-', ' ') === levelOf(source));
}
