/**
 * The host application is configured wrongly and does not start. The message is one sentence that names the
 * option and what to change.
 */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';

  constructor(sentence: string) {
    super(`nestjs-users: ${sentence}`);
    // Nest prints the stack of an error that stops the boot. A place inside this library would not help the
    // reader.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/**
 * Returns what `make` returns. If `make` throws a `ConfigurationError`, its stack begins at the host's line
 * that called `factory`. That line is the only hint to a mistake in a decorator's arguments.
 */
export function toldAt<T>(factory: (...given: never[]) => unknown, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ConfigurationError) Error.captureStackTrace(error, factory);
    throw error;
  }
}
