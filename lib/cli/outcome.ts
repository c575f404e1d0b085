import { HttpException } from '@nestjs/common';
import { CommanderError } from 'commander';
import { ConfigurationError } from '../common/configuration-error.js';
import { InvalidBodyError, TemporarilyUnavailableError } from '../common/users-error.js';
import { translateDatabaseError } from '../database/database-error.js';
import { FieldFaultError } from '../commands/columns/field-fault.js';
import { CommandRefusedError } from '../commands/refusal.js';

/** The exit codes. */
export const EXIT = {
  done: 0,
  /** The command was refused, or the application does not start. */
  refused: 1,
  /** The arguments are wrong. */
  usage: 2,
  /** The database is away. */
  unavailable: 3,
  /** Some lines of an import were refused. */
  someRefused: 4,
  /** 128 and the number of the signal, as shells count. */
  interrupted: 130,
} as const;

/** The arguments are wrong. The message is one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Somebody pressed Ctrl-C or Ctrl-D. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** What the person at the command line is told of an error, and the exit code. */
export interface Ending {
  code: number;
  /** `undefined` if it was told already. */
  sentence?: string | undefined;
}

export function endingOf(error: unknown): Ending {
  if (error instanceof InterruptedError) return { code: EXIT.interrupted, sentence: 'Interrupted.' };
  // Commander has printed its own sentence.
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  if (error instanceof UsageError) return { code: EXIT.usage, sentence: error.message };
  if (error instanceof TemporarilyUnavailableError)
    return { code: EXIT.unavailable, sentence: error.message };
  if (error instanceof InvalidBodyError) return { code: EXIT.refused, sentence: sentenceOf(error) };
  const isOurs = [CommandRefusedError, FieldFaultError, ConfigurationError, HttpException].some(
    (type) => error instanceof type,
  );
  if (isOurs) return { code: EXIT.refused, sentence: (error as Error).message };
  return endingOfStranger(error);
}

function sentenceOf({ faults: [first], message }: InvalidBodyError): string {
  return first === undefined ? message : `${first.loc.slice(1).join('.')}: ${first.msg}`;
}

/** Codes with which PostgreSQL and MySQL let nobody in. */
const NO_ENTRANCE =
  /^(28...|3D000|ER_ACCESS_DENIED_ERROR|ER_ACCESS_DENIED_NO_PASSWORD_ERROR|ER_DBACCESS_DENIED_ERROR|ER_BAD_DB_ERROR)$/;

function endingOfStranger(error: unknown): Ending {
  const { code = 'no code' } = Object(error) as { code?: string };
  const isAway = translateDatabaseError(error) instanceof TemporarilyUnavailableError;
  if (isAway || NO_ENTRANCE.test(code)) {
    return {
      code: EXIT.unavailable,
      sentence: `The database is not available (${code}).`,
    };
  }
  return { code: EXIT.refused, sentence: firstLineOf(error) };
}

/** An error of Nest or of the host may go on for many lines. */
function firstLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n').find((line) => line.trim() !== '') ?? 'It failed without a word.';
}
