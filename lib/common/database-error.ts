import { InvalidBodyError, TemporarilyUnavailableError, UsersHttpError } from './users-error.js';

/** Kinds of failure, the same on every database. */
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
    /^(SQLITE_(CONSTRAINT_(NOTNULL|CHECK|DATATYPE)|TOOBIG|MISMATCH)|22...|23502|23514|ER_(DATA_|BAD_NULL|TRUNCATED_|WARN_DATA_|CONSTRAINT_FAILED|CHECK_CONSTRAINT|INCORRECT_|CANT_CREATE_GEOMETRY).*)$/,
  ],
  [
    'unavailable',
    /^(SQLITE_(BUSY|LOCKED|IOERR|FULL|READONLY|CANTOPEN|NOMEM).*|08...|53...|57P0.|40001|40P01|ER_(CON_COUNT|LOCK_|SERVER_SHUTDOWN|TOO_MANY).*|PROTOCOL_.*|POOL_.*|E(CONN|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH).*)$/,
  ],
];

// What the drivers and TypeORM say without a code.
const UNAVAILABLE_MESSAGE =
  /connection (is not open|terminated|timeout)|timeout exceeded when trying to connect|not (yet )?established|driver not connected|pool is (closed|ended)|cannot use a pool/i;

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

/** A failure of the database without the values of the query, which TypeORM's own error would carry into logs. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** Which kind of failure it was. */
  readonly fault: DatabaseFault;

  constructor(error: unknown) {
    const { query } = error as DriverError;
    const { code, message } = driverErrorOf(error);
    super(`${code ?? 'failed'}: ${withoutValues(message, error)}${query ? ` in ${query}` : ''}`);
    this.fault = databaseFault(error);
  }
}

/** Which kind of failure of the database this is; `undefined` for any other error. */
export const faultOf = (error: unknown): DatabaseFault | undefined =>
  error instanceof DatabaseError ? error.fault : undefined;

/** What reaches a caller of the repositories: never a driver's own error. */
export function translateDatabaseError(error: unknown): Error {
  if (error instanceof UsersHttpError || error instanceof DatabaseError) return error;
  const cause = new DatabaseError(error);
  switch (cause.fault) {
    case 'unavailable':
      return new TemporarilyUnavailableError('The database is not available.', 1, { cause });
    case 'data':
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

/** MySQL quotes values in its messages: such a message goes as a whole. */
function withoutValues(message: string | undefined, error: unknown): string {
  const values = [(error as DriverError).parameters ?? []]
    .flat()
    .filter((value) => ['string', 'number', 'bigint'].includes(typeof value))
    .map(String);
  const quotes = values.some((value) => value.length > 2 && message?.includes(value));
  return message === undefined || quotes ? 'the database refused the statement' : message;
}
