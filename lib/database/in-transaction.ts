import type { EntityManager } from 'typeorm';
import { decidingTransaction } from './isolation.js';

/** Statements that run in the transaction of a write, and only through its manager. */
export type InTransaction = (manager: EntityManager) => Promise<unknown>;

/**
 * Runs a write of one row and then, if the write found a row, the statements that belong to it, in one
 * transaction. Without such statements, no transaction is opened.
 */
export function runInTransaction<Result extends { affected?: number | null }>(
  manager: EntityManager,
  write: (manager: EntityManager) => Promise<Result>,
  inTransaction: InTransaction | undefined,
): Promise<Result> {
  if (!inTransaction) return write(manager);
  return decidingTransaction(manager, async (own) => {
    const result = await write(own);
    if (result.affected === 1) await inTransaction(own);
    return result;
  });
}
