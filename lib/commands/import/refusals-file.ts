import { closeSync, existsSync, fstatSync, ftruncateSync, realpathSync, writeSync } from 'node:fs';
import { cannotWrite, openPrivateFile } from '../private-file.js';
import { CommandRefusedError } from '../refusal.js';
import type { Refusal } from './import-options.js';

/** The report of an import: a line of JSON for each line that was refused. */
export class RefusalsFile {
  private readonly descriptor: number | undefined;
  private length = 0;

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
    this.descriptor = openPrivateFile(path, { keeps: true });
    // A shorter one is not the report of that import.
    this.length = fstatSync(this.descriptor).size >= length ? length : 0;
    if (fstatSync(this.descriptor).isFile()) ftruncateSync(this.descriptor, this.length);
  }

  /**
   * @returns the length of the report afterwards, in bytes
   * @throws {CommandRefusedError}
   */
  append(refusals: readonly Refusal[]): number {
    if (this.path === undefined || this.descriptor === undefined) return 0;
    const lines = Buffer.from(refusals.map((refusal) => `${JSON.stringify(refusal)}\n`).join(''));
    try {
      for (let written = 0; written < lines.length;) {
        written += writeSync(this.descriptor, lines, written, undefined, this.length + written);
      }
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
    return (this.length += lines.length);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }
}
