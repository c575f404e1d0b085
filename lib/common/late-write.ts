import type { Background } from './background.js';
import { TemporarilyUnavailableError, UsersError } from './users-error.js';

type Follow<T, R> = (result: T) => R | Promise<R>;

/**
 * A write takes longer than the library waits for it. The write goes on, and so does the work that {@link
 * andThen} added to it.
 */
export class LateWriteError extends TemporarilyUnavailableError {
  /** @param background runs the write and the work after it; a shutdown waits for both */
  constructor(
    private completion: Promise<unknown>,
    background: Background,
  ) {
    super('The write did not finish in time. It is not known whether it will succeed.', 1);
    background.run('A write that did not finish in time', () => this.over());
  }

  /** Runs `follow` after the write succeeded. If the write fails, `follow` does not run. */
  followedBy<T>(follow: Follow<T, unknown>): this {
    this.completion = andThen(this.completion as Promise<T>, follow);
    // `over` handles a failure. It may look at this promise later, so the rejection must count as handled now.
    this.completion.catch(() => undefined);
    return this;
  }

  private async over(): Promise<void> {
    let awaited: Promise<unknown> | undefined;
    try {
      while (awaited !== this.completion) {
        awaited = this.completion;
        await awaited;
      }
    } catch (error) {
      if (!isAnswer(error)) throw error;
    }
  }
}

/**
 * A refusal is dropped, because the client already has an answer. A nested late write handles its own failure.
 */
const isAnswer = (error: unknown): boolean =>
  error instanceof LateWriteError ||
  (error instanceof UsersError && !(error instanceof TemporarilyUnavailableError));

/**
 * Runs what belongs to a write: reading the row back, mails, hooks, events. If the write is late, `follow`
 * still runs once, after it. The client already has an answer then, so `follow` must not touch the response.
 * @throws {LateWriteError} if the write is late
 */
export async function andThen<T, R>(write: Promise<T>, follow: Follow<T, R>): Promise<R> {
  let result: T;
  try {
    result = await write;
  } catch (error) {
    throw error instanceof LateWriteError ? error.followedBy(follow) : error;
  }
  return follow(result);
}

/**
 * As {@link andThen}, but `follow` runs only if the write is late. If the write is in time, the caller does
 * that work itself, because it comes after something that goes into the answer.
 */
export function ifLate<T>(write: Promise<T>, follow: Follow<T, unknown>): Promise<T> {
  return write.catch((error: unknown) => {
    throw error instanceof LateWriteError ? error.followedBy(follow) : error;
  });
}

/** For background work: a late write does not count as a failure there. */
export async function evenLate(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof LateWriteError)) throw error;
  }
}
