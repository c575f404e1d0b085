import { AsyncLocalStorage } from 'node:async_hooks';
import pLimit, { type LimitFunction } from 'p-limit';
import type { DataSource, EntityManager } from 'typeorm';
import { askDatabase } from './ask-database.js';
import { isSqlite } from './dialect.js';

const queues = new WeakMap<DataSource, LimitFunction>();

interface Turn {
  source: DataSource;
  isOpen: boolean;
}
const turns = new AsyncLocalStorage<Turn>();

/**
 * As {@link askDatabase}, for what changes something. On SQLite, TypeORM has one connection for all requests: what is
 * written there while a transaction is open would fall with it, so all writes of this library take turns.
 */
export function writeDatabase<T>(
  source: DataSource,
  statement: () => Promise<T>,
  timeoutSeconds: number,
): Promise<T> {
  const turn = turns.getStore();
  // A host's subscriber that writes by this library within a write would wait for itself.
  const isWithin = turn?.source === source && turn.isOpen;
  const isQueued = isSqlite(source) && !isWithin;
  return askDatabase(() => (isQueued ? takeTurn(source, statement) : statement()), timeoutSeconds);
}

function takeTurn<T>(source: DataSource, statement: () => Promise<T>): Promise<T> {
  return queueOf(source)(async () => {
    const turn: Turn = { source, isOpen: true };
    try {
      return await turns.run(turn, statement);
    } finally {
      // What goes on in the background from here has inherited the turn, and must take its own.
      turn.isOpen = false;
    }
  });
}

/** Statements that stand or fall with a write, by the manager of its transaction alone. */
export type Along = (manager: EntityManager) => Promise<unknown>;

/**
 * Runs a write of one row and, if it met one, what belongs to it, both or neither. A transaction is opened only where
 * something belongs to it.
 */
export function together<Result extends { affected?: number | null }>(
  manager: EntityManager,
  write: (manager: EntityManager) => Promise<Result>,
  along: Along | undefined,
): Promise<Result> {
  if (!along) return write(manager);
  return manager.transaction(async (own) => {
    const result = await write(own);
    if (result.affected === 1) await along(own);
    return result;
  });
}

function queueOf(source: DataSource): LimitFunction {
  const queue = queues.get(source) ?? pLimit(1);
  queues.set(source, queue);
  return queue;
}
