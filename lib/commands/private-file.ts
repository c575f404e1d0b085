import { closeSync, constants, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';
import { CommandRefusedError } from './refusal.js';

const { O_CREAT, O_WRONLY, O_TRUNC } = constants;
/** Windows has no such links. */
const NO_LINK = (constants.O_NOFOLLOW as number | undefined) ?? 0;

/**
 * Opens a file with data of persons for writing, which only its owner can read afterwards, also if it was there before.
 * @param how `keeps`: leaves what it has. Default false: it is empty then.
 * @returns the descriptor
 * @throws {CommandRefusedError} if it cannot be written, or is a link: somebody else might have put that there
 */
export function openPrivateFile(path: string, { keeps = false } = {}): number {
  try {
    const descriptor = openSync(path, O_WRONLY | O_CREAT | NO_LINK | (keeps ? 0 : O_TRUNC), 0o600);
    if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
    return descriptor;
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** As {@link openPrivateFile}, for a short text. */
export function writePrivateFile(path: string, text: string): void {
  const descriptor = openPrivateFile(path);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** The refusal for an error of the file system. */
export function cannotWrite(path: string, error: unknown): CommandRefusedError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ELOOP' ? 'it is a link; name the file itself' : code;
  return new CommandRefusedError(`${path} cannot be written (${why}).`);
}
