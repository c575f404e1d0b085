import { Logger } from '@nestjs/common';
import { dataFault } from './data-fault.js';
import { InvalidBodyError, TemporarilyUnavailableError, UsersError } from '../common/users-error.js';
import { type UniqueKey, uniqueKeyOf } from './unique-key.js';

const logger = new Logger('UsersModule');

/** The kinds of failure, the same for every database. */
export type DatabaseFault = 'unique' | 'reference' | 'data' | 'unavailable' | 'other';

// SQLite's result codes; PostgreSQL's SQLSTATE (appendix A); MySQL's symbols; Node's system errors.
const FAULTS: [Exclude<DatabaseFault, 'other'>, RegExp][] = [
  ['unique', /^(SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|23505|ER_DUP_ENTRY)$/],
  [
    'reference',
    /^(SQLITE_CONSTRAINT_(FOREIGNKEY|TRIGGER)|23001|2350[13]|ER_(NO_REFERENCED_ROW|ROW_IS_REFERENCED)(_2)?)$/,
  ],
  [
    'data',
    /^(SQLITE_(CONSTRAINT_(NOTNULL|CHECK|DATATYPE)|TOOBIG|MISMATCH)|22...|23502|23514|ER_(DATA_|BAD_NULL|NO_DEFAULT_|TRUNCATED_|WARN_DATA_|CONSTRAINT_FAILED|CHECK_CONSTRAINT|INCORRECT_|CANT_CREATE_GEOMETRY).*)$/,
  ],
  [
    'unavailable',
    /^(SQLITE_(BUSY|LOCKED|IOERR|FULL|READONLY|CANTOPEN|NOMEM).*|08...|53...|57P0.|57014|55P03|40001|40P01|ER_(CHECKREAD|STATEMENT_TIMEOUT|QUERY_TIMEOUT)|ER_(CON_COUNT|LOCK_|SERVER_SHUTDOWN|TOO_MANY).*|PROTOCOL_.*|POOL_.*|E(CONN|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH).*)$/,
  ],
];

// Messages that the drivers and TypeORM send without a code.
const UNAVAILABLE_MESSAGE =
  /connection (is not open|terminated|timeout)|timeout exceeded when trying to connect|query read timeout|not (yet )?established|driver not connected|pool is (closed|ended)|cannot use a pool/i;

interface DriverError {
  code?: string | number;
  message?: string;
  query?: string;
  parameters?: unknown;
  driverError?: { code?: string | number; message?: string };
}

function databaseFault(error: unknown): DatabaseFault {
  const { code, message } = driverErrorOf(error);
  const known = FAULTS.find(([, pattern]) => pattern.test(String(code)));
  if (known) return known[0];
  return UNAVAILABLE_MESSAGE.test(message ?? '') ? 'unavailable' : 'other';
}

/**
 * A failure of the database that no other class of errors stands for, so NestJS answers `500`. Unlike TypeORM's own error,
 * it does not carry the values of the query into logs.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** The kind of failure. */
  readonly fault: DatabaseFault;
  /** The unique key that the statement broke, if the failure is `unique`. */
  readonly key: UniqueKey | undefined;

  constructor(error: unknown) {
    const { query } = error as DriverError;
    const { code, message } = driverErrorOf(error);
    super(`${code ?? 'failed'}: ${withoutValues(message, error)}${query ? ` in ${query}` : ''}`);
    this.fault = databaseFault(error);
    this.key = this.fault === 'unique' ? uniqueKeyOf(driverErrorOf(error)) : undefined;
  }
}

/** The kind of a database failure; `undefined` for any other error. */
export const faultOf = (error: unknown): DatabaseFault | undefined =>
  error instanceof DatabaseError ? error.fault : undefined;

/**
 * Whether the database rolled back a whole transaction for the sake of others, as in a deadlock, so that a
 * retry may succeed. These are the codes for which the manuals of PostgreSQL and MySQL recommend a retry.
 */
export const isUndoneForOthers = (error: unknown): boolean =>
  /^(40001|40P01|ER_LOCK_DEADLOCK|ER_CHECKREAD)$/.test(String(driverErrorOf(error).code));

/** The error for a caller of the repositories. It is never a driver's own error. */
export function translateDatabaseError(error: unknown): Error {
  if (error instanceof UsersError || error instanceof DatabaseError) return error;
  const cause = new DatabaseError(error);
  switch (cause.fault) {
    case 'unavailable':
      return new TemporarilyUnavailableError('The database is not available.', 1, { cause });
    case 'data':
      logger.warn(`The database refused a value, so the answer is 422: ${dataFault(driverErrorOf(error))}`);
      return new InvalidBodyError([
        { loc: ['body'], msg: 'The database does not accept one of the values.', type: 'data' },
      ]);
    default:
      return cause;
  }
}

const driverErrorOf = (error: unknown): DriverError => {
  const outer = error as DriverError;
  return outer.driverError ?? outer;
};

/** MySQL quotes values in its messages. A message that quotes one is replaced as a whole. */
function withoutValues(message: string | undefined, error: unknown): string {
  const values = [(error as DriverError).parameters ?? []]
    .flat()
    .filter((value) => ['string', 'number', 'bigint'].includes(typeof value))
    .map(String);
  const quotes = values.some((value) => value.length > 2 && message?.includes(value));
  return message === undefined || quotes ? 'the database refused the statement' : message;
}
