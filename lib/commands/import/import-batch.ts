import { HttpException } from '@nestjs/common';
import { DatabaseError } from '../../database/database-error.js';
import { propertyOfKey } from '../../database/unique-key.js';
import { InvalidBodyError, TemporarilyUnavailableError } from '../../common/users-error.js';
import type { BaseUser } from '../../users/user.entity.js';
import { UserNotUniqueError } from '../../users/users.errors.js';
import { FieldFaultError } from '../columns/field-fault.js';
import type { UserColumns } from '../columns/user-columns.js';
import type { HostAccounts } from '../host-accounts.js';
import { ExistingUsers } from './existing-users.js';
import { insertUsers, type NewUser } from './insert-users.js';
import type { ImportOptions, Refusal } from './import-options.js';
import { SeenKeys } from './seen-keys.js';
import { UserUpdates } from './user-updates.js';
import type { UserLine } from './user-line.js';

/** What became of the lines of a batch. */
export interface Outcome {
  created: number;
  updated: number;
  skipped: number;
  refusals: Refusal[];
}

/**
 * Writes lines as if one by one, so that it does not show where a batch begins: a second line of a user finds the user of
 * the first one. New users between are inserted together. If the database refuses them, halves of them are tried, until
 * the line is found that it refuses.
 */
export class ImportBatches {
  private readonly existing: ExistingUsers;
  private readonly updates: UserUpdates;
  private readonly seen: SeenKeys | undefined;

  constructor(
    private readonly host: HostAccounts,
    private readonly columns: UserColumns,
    private readonly options: ImportOptions,
  ) {
    this.existing = new ExistingUsers(host);
    this.updates = new UserUpdates(host, columns, options);
    this.seen = options.dryRun ? new SeenKeys() : undefined;
  }

  async write(lines: readonly UserLine[]): Promise<Outcome> {
    const outcome: Outcome = { created: 0, updated: 0, skipped: 0, refusals: [] };
    const known = await this.existing.of(lines);
    let fresh: UserLine[] = [];
    const freshKeys = new Set<string>();
    const insert = async () => {
      await this.insert(fresh, outcome);
      fresh = [];
      freshKeys.clear();
    };
    for (const line of lines) {
      await refusing(line, outcome, async () => {
        const keys = this.existing.keysOf(line);
        const isTwice = keys.some((key) => freshKeys.has(key));
        if (isTwice) await insert();
        const user = isTwice ? (await this.existing.of([line])).of(line) : known.of(line);
        if (user) {
          // An update may take a value from the user that one of the new users before has.
          if (this.options.onExisting === 'update') await insert();
          return this.meet(user, line, outcome);
        }
        this.requireNew(line);
        fresh.push(line);
        for (const key of keys) freshKeys.add(key);
      });
    }
    await insert();
    return outcome;
  }

  /** A line whose user is there. */
  private async meet(user: BaseUser, line: UserLine, outcome: Outcome): Promise<void> {
    const isChanged = this.options.onExisting === 'update' && (await this.updates.apply(user, line));
    outcome[isChanged ? 'updated' : 'skipped'] += 1;
  }

  private requireNew({ values }: UserLine): void {
    const missing = ['email', ...this.columns.required].find((path) => values.get(path) === undefined);
    if (missing !== undefined) throw new FieldFaultError(missing, 'is missing');
    if (values.get('isSuperuser') === true && !this.options.withSuperusers) {
      throw new FieldFaultError('isSuperuser', 'would make a superuser; --with-superusers allows it');
    }
  }

  private async insert(lines: readonly UserLine[], outcome: Outcome): Promise<void> {
    const users: NewUser[] = [];
    for (const line of lines) {
      await refusing(line, outcome, async () => {
        // A dry run leaves no row that a later line could find.
        if (this.seen?.has(this.existing.keysOf(line))) outcome.skipped += 1;
        else users.push({ line, fields: newFieldsOf(line) });
      });
    }
    await this.insertTogether(users, outcome);
  }

  private async insertTogether(users: readonly NewUser[], outcome: Outcome): Promise<void> {
    if (users.length === 0) return;
    try {
      await insertUsers(this.host, users, this.options.dryRun ?? false);
      outcome.created += users.length;
      for (const { line } of users) this.seen?.add(this.existing.keysOf(line));
    } catch (error) {
      if (error instanceof TemporarilyUnavailableError) throw error;
      const [first, another] = users;
      if (first && !another) return this.insertRefused(first.line, error, outcome);
      const half = Math.ceil(users.length / 2);
      await this.insertTogether(users.slice(0, half), outcome);
      await this.insertTogether(users.slice(half), outcome);
    }
  }

  /** The user may have been made meanwhile, by another process or by an import that was interrupted. */
  private async insertRefused(line: UserLine, error: unknown, outcome: Outcome): Promise<void> {
    await refusing(line, outcome, async () => {
      const isTaken = error instanceof DatabaseError && error.key !== undefined;
      const user = isTaken ? (await this.existing.of([line])).of(line) : undefined;
      if (user) return this.meet(user, line, outcome);
      throw this.faultOf(error);
    });
  }

  private faultOf(error: unknown): unknown {
    if (!(error instanceof DatabaseError)) return error;
    if (error.key) {
      const property = propertyOfKey(error.key, this.host.rows.metadata);
      return new FieldFaultError(property, 'belongs to another user, perhaps in another spelling');
    }
    const isOfLine = error.fault === 'reference' || OF_A_VALUE.test(error.message);
    return isOfLine ? new FieldFaultError(undefined, 'has a value that the database refuses') : error;
  }
}

/** What a trigger of the host raises, and what a driver or a listener throws without a code. All else is no line's fault. */
const OF_A_VALUE = /^(P0001|ER_SIGNAL_EXCEPTION|failed):/;

/** As `addUser()` makes them. The line has been checked and normalized, and a hash cannot be judged by the rules for passwords. */
function newFieldsOf({ fields }: UserLine): NewUser['fields'] {
  const { email } = fields;
  if (email === undefined) throw new FieldFaultError('email', 'is missing');
  return { isSuperuser: false, isVerified: false, isActive: true, passwordHash: null, ...fields, email };
}

/** Notes a refusal of the line; throws what is no line's fault. */
async function refusing(line: UserLine, { refusals }: Outcome, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    refusals.push({ line: line.number, ...refusalOf(error) });
  }
}

/** @throws the error, if it is no refusal of a line */
export function refusalOf(error: unknown): Omit<Refusal, 'line'> {
  if (error instanceof FieldFaultError) return { field: error.field ?? null, reason: error.reason };
  if (error instanceof InvalidBodyError) {
    const [first] = error.faults;
    return {
      field: first?.loc.slice(1).join('.') || null,
      reason: `is refused: ${first?.type ?? 'invalid'}`,
    };
  }
  if (error instanceof UserNotUniqueError)
    return { field: error.property ?? null, reason: 'belongs to another user' };
  const isRefusal = error instanceof HttpException && error.getStatus() < 500;
  if (!isRefusal) throw error;
  return { field: null, reason: `is refused: ${error.message}` };
}
