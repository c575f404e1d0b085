import type { UsersCommands } from '../commands/users-commands.js';
import type { Interruption } from './interruption.js';
import type { Results } from './streams.js';

/** What a command works with. */
export interface Workplace {
  commands: UsersCommands;
  results: Results;
  interruption: Interruption;
}

/** Does the work of a command in the open application. The exit code is 0 unless it returns another one. */
export type Work = (place: Workplace) => Promise<number | undefined>;

/**
 * Runs a command in the application, which is closed whatever happens.
 * @param how `endsItself`: at a signal, the work ends by itself. Default false: it is not waited for.
 */
export type Run = (work: Work, how?: { endsItself: boolean }) => Promise<void>;
