import { translateDatabaseError } from './database-error.js';
import { withinTime } from './within-time.js';

/**
 * Runs a statement, and waits for its answer no longer than `timeoutSeconds`: a database that hangs would hold
 * every request that comes. What was written may have been written all the same.
 * @throws what {@link translateDatabaseError} makes of a driver's error; {TemporarilyUnavailableError} in time
 */
export async function askDatabase<T>(statement: () => Promise<T>, timeoutSeconds: number): Promise<T> {
  try {
    return await withinTime(statement(), timeoutSeconds * 1000, 'The database does not answer.');
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
