import { appendFileSync, existsSync, realpathSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { CommandRefusedError } from '../refusal.js';
import type { Refusal } from './import-options.js';

/** The report of an import: a line of JSON for each line that was refused. */
export class RefusalsFile {
  /**
   * @param length the length of the report of the interrupted import that goes on; what comes behind it belongs to lines
   * that are read again
   * @throws {CommandRefusedError} if the file cannot be written
   */
  constructor(
    private readonly path: string | undefined,
    source: string | undefined,
    length: number,
  ) {
    if (path === undefined) return;
    if (source !== undefined && existsSync(path) && realpathSync(path) === realpathSync(source)) {
      throw new CommandRefusedError('The report would overwrite the file that is imported.');
    }
    try {
      if (length > 0 && existsSync(path) && statSync(path).size >= length) truncateSync(path, length);
      else writeFileSync(path, '', { mode: 0o600 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CommandRefusedError(`${path} cannot be written (${code}).`);
    }
  }

  /** @returns the length of the report afterwards, in bytes */
  append(refusals: readonly Refusal[]): number {
    if (this.path === undefined) return 0;
    const lines = refusals.map((refusal) => `${JSON.stringify(refusal)}\n`);
    if (lines.length > 0) appendFileSync(this.path, lines.join(''));
    return statSync(this.path).size;
  }
}
