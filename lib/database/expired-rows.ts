import { type FindOptionsWhere, In, type ObjectLiteral, type Repository } from 'typeorm';
import type { RowId } from './entity-id.js';
import type { Background } from '../common/background.js';
import type { Database } from './database.js';

const PURGE_EVERY_MS = 60_000;
const BATCH = 200;

/** Deletes rows whose `expiresAt` has passed: at most once a minute, after an answer. */
export class ExpiredRows<Row extends ObjectLiteral & { id: RowId; expiresAt: Date }> {
  private lastPurge = 0;

  /** @param name the name of the rows, for the log */
  constructor(
    private readonly name: string,
    private readonly rows: Repository<Row>,
    private readonly background: Background,
    private readonly database: Database,
  ) {}

  purgeNowAndThen(): void {
    const now = Date.now();
    if (now - this.lastPurge < PURGE_EVERY_MS) return;
    this.lastPurge = now;
    this.background.run(`Deleting expired ${this.name}`, () => this.purge(now));
  }

  /** In small batches, so that no request waits for a lock on thousands of rows. */
  private async purge(now: number): Promise<void> {
    const expired = this.rows
      .createQueryBuilder('row')
      .select('row.id')
      .where('row.expiresAt <= :now', { now })
      .orderBy('row.expiresAt')
      .limit(BATCH);
    let found: Row[];
    do {
      found = await this.database.ask(() => expired.getMany());
      const where = { id: In(found.map(({ id }) => id)) } as FindOptionsWhere<Row>;
      if (found.length > 0) await this.delete(where);
    } while (found.length === BATCH);
  }

  private async delete(where: FindOptionsWhere<Row>): Promise<void> {
    await this.database.write(() => this.rows.delete(where));
  }
}
