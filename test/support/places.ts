import { DataSource } from 'typeorm';
import { createDatabase, type Database, serverOf, type TestDatabase } from './databases.js';

/** A database that a host has until its test ends. */
export interface Lease {
  place: TestDatabase;
  /** Whether it has no tables yet. */
  isFresh: boolean;
  /** Says which tables it has, so that it can be emptied for the next test. Without this it is dropped after its own. */
  keep: (source: DataSource) => void;
  /** Deletes every row, by a connection of its user's. */
  empty: (source: DataSource) => Promise<void>;
  /** @param isAsMade whether no statement of the test has changed more than rows */
  release: (isAsMade: boolean) => Promise<void>;
}

/** A database that the test made itself, with or without tables. */
export const ownLease = (place: TestDatabase): Lease => ({
  place,
  isFresh: true,
  keep: () => undefined,
  empty: (source) => execute(source, statementsToEmpty(source)),
  release: place.drop,
});

interface Kept {
  /** What made the tables: nothing else has the same. */
  shape: readonly unknown[];
  place: TestDatabase;
  /** The statements that delete every row. */
  emptying: readonly string[] | undefined;
  isFree: boolean;
}

/**
 * The databases of the hosts of one suite on one combination. Making the tables of a host takes longer than most tests,
 * so a test gets those of an earlier one with the same entities, without a row.
 */
export class Places {
  private readonly all = new Set<Kept>();
  private server: Promise<DataSource> | undefined;

  constructor(private readonly database: Database) {}

  /** @param shape the entities, and whatever else tells how their tables are made */
  async lease(shape: readonly unknown[]): Promise<Lease> {
    const found = [...this.all].find((each) => each.isFree && isSame(each.shape, shape));
    const kept: Kept = found ?? {
      shape,
      place: await createDatabase(this.database),
      emptying: undefined,
      isFree: false,
    };
    kept.isFree = false;
    this.all.add(kept);
    return {
      place: kept.place,
      isFresh: !found,
      keep: (source) => void (kept.emptying ??= statementsToEmpty(source)),
      empty: (source) => execute(source, kept.emptying ?? []),
      release: (isAsMade) => this.release(kept, isAsMade),
    };
  }

  /** Drops them all. */
  async close(): Promise<void> {
    for (const { place } of this.all) await place.drop();
    this.all.clear();
    await (await this.server)?.destroy();
    this.server = undefined;
  }

  private async release(kept: Kept, isAsMade: boolean): Promise<void> {
    if (this.database !== 'sqlite' && isAsMade && kept.emptying) {
      await execute(await this.connect(), kept.emptying);
      kept.isFree = true;
    } else {
      this.all.delete(kept);
      await kept.place.drop();
    }
  }

  private connect(): Promise<DataSource> {
    return (this.server ??= new DataSource(serverOf(this.database)).initialize());
  }
}

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

const execute = (source: DataSource, statements: readonly string[]): Promise<void> =>
  source.transaction(async (manager) => {
    for (const statement of statements) await manager.query(statement);
  });

/** Rows that refer to others go first. */
function statementsToEmpty({ entityMetadatas, driver, options }: DataSource): string[] {
  const left = new Set(entityMetadatas.filter(({ tableType }) => tableType !== 'view'));
  const isReferred = (each: (typeof entityMetadatas)[number]) =>
    [...left].some(
      (other) => other !== each && other.foreignKeys.some((key) => key.referencedEntityMetadata === each),
    );
  const tables: string[] = [];
  while (left.size > 0) {
    const next = [...left].find((each) => !isReferred(each));
    if (!next) throw new Error('Tables that refer to each other in a circle can’t be emptied.');
    left.delete(next);
    tables.push(next.tableName);
  }
  const { schema, database } = driver;
  const place = { postgres: schema, mariadb: database }[options.type as string];
  const escaped = (table: string) =>
    [place, table]
      .filter((name) => name !== undefined)
      .map((name) => driver.escape(name))
      .join('.');
  return [...(options.cache ? ['query-result-cache'] : []), ...tables].map(
    (table) => `DELETE FROM ${escaped(table)}`,
  );
}
