import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { DataSource, EntitySubscriberInterface, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import type { Background } from '../common/background.js';
import { isUndoneForOthers, translateDatabaseError } from './database-error.js';
import { Deadlines } from '../common/deadlines.js';
import { isSqlite } from './dialect.js';
import { LateWriteError } from '../common/late-write.js';
import { TemporarilyUnavailableError } from '../common/users-error.js';
import { viewOf } from './data-source-view.js';
import { hasHostListeners, Turns } from './turns.js';

const MOST_ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 20;

/**
 * The host's database as this library uses it. All access to rows goes through it. Reads that check a
 * credential, a right or a limit, and reads after a write, go to the master. No setting of the host puts a
 * result into a cache.
 */
export class Database {
  private readonly master: DataSource;
  private readonly anyServer: DataSource;
  private readonly deadlines: Deadlines;
  private readonly ownSubscribers = new Set<EntitySubscriberInterface>();
  /**
   * On SQLite, TypeORM has one connection for all requests. A write during another request's open transaction
   * would be rolled back with it.
   */
  private readonly turns: Turns | undefined;

  /**
   * @param timeoutSeconds the time limit for an answer; without it, a database that hangs would hold every
   * request
   */
  constructor(
    private readonly source: DataSource,
    timeoutSeconds: number,
    private readonly background: Background,
  ) {
    this.master = viewOf(source, 'master');
    this.anyServer = viewOf(source);
    this.deadlines = new Deadlines(timeoutSeconds * 1000);
    this.turns = isSqlite(source) ? new Turns(source, this.ownSubscribers) : undefined;
  }

  /**
   * A repository that never caches and always uses the master. So does the manager of every transaction that
   * starts here.
   */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.master.getRepository(entity);
  }

  /** For lists that are only shown: never cached, but a replica may answer, whose data may be older. */
  listings<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.anyServer.getRepository(entity);
  }

  /** @param subscriber must not write anything itself */
  subscribe(subscriber: EntitySubscriberInterface): void {
    this.ownSubscribers.add(subscriber);
    this.source.subscribers.push(subscriber);
  }

  /**
   * Runs a statement that changes nothing.
   * @throws the result of {@link translateDatabaseError} for a driver's error; {TemporarilyUnavailableError}
   * after the time limit
   */
  ask<T>(statement: () => Promise<T>): Promise<T> {
    return this.deadlines.wait(translated(statement), noAnswer);
  }

  /**
   * Asks the master for nothing, so that a client is told while it is away.
   * @throws as {@link ask}
   */
  async requireAnswer(): Promise<void> {
    await this.ask(() => this.master.query('SELECT 1'));
  }

  /** As {@link ask}, but after all current writes, so that the statement never sees half of one. */
  askBehindWrites<T>(statement: () => Promise<T>): Promise<T> {
    const turns = this.turns;
    return this.ask(() => (turns ? turns.take(statement) : statement()));
  }

  /** What a listener of the host did to an entity, or beside it, must not be done twice. */
  private get mayRunAgain(): boolean {
    return !hasHostListeners(this.source, this.ownSubscribers);
  }

  /**
   * Runs what changes something. What belongs to it follows by `andThen`. A write that has not begun in time never
   * begins; one that has goes on, and so does what follows it.
   * @param statement with its whole transaction: it runs again if the database undid it so that others could go on, unless
   * listeners of the host have taken part
   * @throws as {@link ask}; {LateWriteError} where it is not known in time whether it was done
   */
  write<T>(statement: () => Promise<T>): Promise<T> {
    let isBegun = false;
    let isDropped = false;
    const work = this.inTurn(() => {
      if (isDropped) throw noAnswer();
      isBegun = true;
      return this.mayRunAgain ? again(statement) : statement();
    });
    return this.deadlines.wait(work, () => {
      if (isBegun) return new LateWriteError(work, this.background);
      isDropped = true;
      return noAnswer();
    });
  }

  /** As {@link ask}, without a time limit: for a command, whose person waits for all of it. */
  askUnhurried<T>(statement: () => Promise<T>): Promise<T> {
    return translated(statement);
  }

  /** As {@link write}, without a time limit. */
  writeUnhurried<T>(statement: () => Promise<T>): Promise<T> {
    return this.inTurn(() => (this.mayRunAgain ? again(statement) : statement()));
  }

  private inTurn<T>(begin: () => Promise<T>): Promise<T> {
    return translated(async () => (this.turns ? this.turns.take(async () => begin()) : begin()));
  }
}

const noAnswer = () => new TemporarilyUnavailableError('The database does not answer.', 1);

/**
 * Retries after a deadlock: the database rolls back one of two transactions that wait for each other. In the
 * retry, that one waits for the other.
 */
async function again<T>(statement: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await statement();
  } catch (error) {
    if (attempt === MOST_ATTEMPTS || !isUndoneForOthers(error)) throw error;
    // Without a random pause, several retries at the same moment would collide again.
    await setTimeout(randomInt(LONGEST_PAUSE_MS * attempt));
    return again(statement, attempt + 1);
  }
}

async function translated<T>(statement: () => Promise<T>): Promise<T> {
  try {
    return await statement();
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
