import type { UserColumns } from '../columns/user-columns.js';
import type { HostAccounts } from '../host-accounts.js';
import { FieldMap } from './field-map.js';
import { ImportBatches, refusalOf } from './import-batch.js';
import type { ImportOptions, ImportSummary, Refusal } from './import-options.js';
import { ImportProgress, type Progress } from './import-progress.js';
import { openSource } from './import-source.js';
import type { RawLine } from './raw-line.js';
import { RefusalsFile } from './refusals-file.js';
import { RoleNames } from './role-names.js';
import { UserLines, type UserLine } from './user-line.js';

/** How many lines are one transaction. */
const BATCH = 500;

const NOTHING: Progress = {
  ...{ number: 0, end: 0, reportBytes: 0 },
  ...{ created: 0, updated: 0, skipped: 0, refused: 0 },
};

/** See `UsersCommands.importUsers()`. */
export async function importUsers(
  host: HostAccounts,
  columns: UserColumns,
  file: string | NodeJS.ReadableStream,
  options: ImportOptions,
): Promise<ImportSummary> {
  const map = new FieldMap(columns, options.map ?? {});
  const path = typeof file === 'string' ? file : undefined;
  // The header is read first, so that a wrong one leaves nothing behind.
  const { header, lines: fromStart, totalBytes } = await openSource(file, options);
  const targets = map.header(header);
  const notes =
    path === undefined ? undefined : new ImportProgress(path, host.rows.manager.dataSource, options);
  if (options.restart) notes?.remove();
  const begun = notes?.read();
  if (begun) await notes?.requireWitness(begun, (email) => isStored(host, email));
  let progress = begun ?? NOTHING;
  const report = new RefusalsFile(options.report, path, progress.reportBytes);
  if (begun) await fromStart.return(undefined);
  const lines = begun ? (await openSource(file, options, begun)).lines : fromStart;
  const reader = new UserLines(host, columns, map, await RoleNames.read(host), targets);
  const batches = new ImportBatches(host, columns, options);

  const summary = (isComplete: boolean): ImportSummary => {
    const { created, updated, skipped, refused, number: line } = progress;
    return { created, updated, skipped, refused, line, resumedAfter: begun?.number ?? 0, isComplete };
  };
  const store = async ({ users, refusals, last }: Batch) => {
    const outcome = await batches.write(users);
    const witness = options.dryRun ? undefined : lastStored(users, outcome.refusals);
    const refused = [...refusals, ...outcome.refusals].sort((one, other) => one.line - other.line);
    for (const refusal of refused) options.onRefused?.(refusal);
    progress = {
      ...{ number: last.last, end: last.end, reportBytes: report.append(refused) },
      created: progress.created + outcome.created,
      updated: progress.updated + outcome.updated,
      skipped: progress.skipped + outcome.skipped,
      refused: progress.refused + refused.length,
      ...(witness !== undefined && { witness }),
    };
    notes?.write(progress);
    options.onProgress?.(summary(false), progress.end, totalBytes);
  };

  try {
    for await (const batch of oneAhead(batchesOf(lines, reader))) {
      if (options.signal?.aborted) return summary(false);
      await store(batch);
    }
  } finally {
    report.close();
  }
  if (options.signal?.aborted) return summary(false);
  notes?.remove();
  return summary(true);
}

function lastStored(users: readonly UserLine[], refusals: readonly Refusal[]): string | undefined {
  const refused = new Set(refusals.map(({ line }) => line));
  return users.findLast(({ number }) => !refused.has(number))?.fields.email;
}

const isStored = ({ rows, database }: HostAccounts, email: string): Promise<boolean> =>
  database.askUnhurried(() =>
    rows.exists({ where: { email }, withDeleted: true, loadEagerRelations: false }),
  );

/** Reads the next batch while the database writes this one. */
async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (let result = await next; !result.done; result = await next) {
      next = source.next();
      // A failure to read is thrown when its turn has come.
      next.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await next.catch(() => undefined);
    await source.return(undefined);
  }
}

interface Batch {
  users: UserLine[];
  refusals: Refusal[];
  last: RawLine;
}

/** Lines together that become one transaction, and those among them that cannot be read. */
async function* batchesOf(lines: AsyncIterable<RawLine>, reader: UserLines): AsyncGenerator<Batch> {
  let users: UserLine[] = [];
  let refusals: Refusal[] = [];
  let last: RawLine | undefined;
  for await (const line of lines) {
    last = line;
    try {
      users.push(reader.read(line));
    } catch (error) {
      refusals.push({ line: line.number, ...refusalOf(error) });
    }
    if (users.length + refusals.length < BATCH) continue;
    yield { users, refusals, last };
    [users, refusals, last] = [[], [], undefined];
  }
  if (last) yield { users, refusals, last };
}
