import { TemporarilyUnavailableError } from './users-error.js';

/**
 * The result of `work`, if it comes in time; `work` itself goes on.
 * @throws {TemporarilyUnavailableError} with `message`
 */
export async function withinTime<T>(work: Promise<T>, milliseconds: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TemporarilyUnavailableError(message, 1)), milliseconds);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
