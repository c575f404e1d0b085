import { AsyncLocalStorage } from 'node:async_hooks';
import pLimit, { type LimitFunction } from 'p-limit';
import type { DataSource, EntityMetadata, EntitySubscriberInterface } from 'typeorm';

interface Turn {
  source: DataSource;
  isOpen: boolean;
}

const queues = new WeakMap<DataSource, LimitFunction>();
const current = new AsyncLocalStorage<Turn>();

/**
 * Queues the writes on SQLite, so that they run one after the other. A host's subscriber that writes through
 * this library during a write would wait for itself, so such a nested write does not queue. Only an
 * AsyncLocalStorage can tell which writes are nested. It slows down every promise of the process, so it is used
 * only if there are subscribers or listeners.
 */
export class Turns {
  /** @param own subscribers of this library, which write nothing */
  constructor(
    private readonly source: DataSource,
    private readonly own: ReadonlySet<EntitySubscriberInterface>,
  ) {}

  take<T>(statement: () => Promise<T>): Promise<T> {
    if (!this.mayBeNested) return this.queue(statement);
    const turn = current.getStore();
    const isWithin = turn?.source === this.source && turn.isOpen;
    return isWithin ? statement() : this.queue(() => this.marked(statement));
  }

  private async marked<T>(statement: () => Promise<T>): Promise<T> {
    const turn: Turn = { source: this.source, isOpen: true };
    try {
      return await current.run(turn, statement);
    } finally {
      // Background work that started here has inherited the turn. From now on it must queue itself.
      turn.isOpen = false;
    }
  }

  private get mayBeNested(): boolean {
    return hasHostListeners(this.source, this.own);
  }

  private get queue(): LimitFunction {
    const queue = queues.get(this.source) ?? pLimit(1);
    queues.set(this.source, queue);
    return queue;
  }
}

/** Whether code of the host runs within writes: listeners of its entities, or subscribers that are not this library's. */
export const hasHostListeners = (
  { subscribers, entityMetadatas }: DataSource,
  own: ReadonlySet<EntitySubscriberInterface>,
): boolean => subscribers.some((each) => !own.has(each)) || haveListeners(entityMetadatas);

/** Subscribers may come later; the listeners of entities are known when TypeORM has read the entities. */
const remembered = new WeakMap<readonly EntityMetadata[], boolean>();

function haveListeners(entities: readonly EntityMetadata[]): boolean {
  const known = remembered.get(entities) ?? entities.some(({ listeners }) => listeners.length > 0);
  remembered.set(entities, known);
  return known;
}
