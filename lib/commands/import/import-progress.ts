import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import type { DataSource } from 'typeorm';
import { writePrivateFile } from '../private-file.js';
import { CommandRefusedError } from '../refusal.js';
import type { ImportOptions } from './import-options.js';
import type { Place } from './raw-line.js';

/** How far an import has come. */
export interface Progress extends Place {
  created: number;
  updated: number;
  skipped: number;
  refused: number;
  /** The length of the report up to here, in bytes. */
  reportBytes: number;
  /** The address of the last user who is stored. In a database that was made anew, there is no such user. */
  witness?: string;
}

const HEAD_BYTES = 65_536;

/**
 * Notes beside the file of an import how far it has come, after each batch that is stored. An import that is killed
 * between the two finds the users of that batch, and treats them as existing ones.
 */
export class ImportProgress {
  private readonly path: string;
  private readonly identity: string;

  /** @param source tells one database from another: what is done in one is not done in the other */
  constructor(
    private readonly file: string,
    source: DataSource,
    options: ImportOptions,
  ) {
    this.path = `${file}.import`;
    this.identity = createHash('sha256')
      .update(JSON.stringify([contentOf(file), databaseOf(source), meaningOf(options)]))
      .digest('hex');
  }

  /** @throws {CommandRefusedError} if an import of this file was interrupted that was another one */
  read(): Progress | undefined {
    if (!existsSync(this.path)) return undefined;
    const { identity, progress } = parsed(readFileSync(this.path, 'utf8'));
    if (identity === this.identity && progress) return progress;
    throw this.refusal('its content, its options or the database are now others');
  }

  /** @throws {CommandRefusedError} if the last user of the interrupted import is gone */
  async requireWitness({ witness }: Progress, isStored: (email: string) => Promise<boolean>): Promise<void> {
    if (witness === undefined || (await isStored(witness))) return;
    throw this.refusal('the users of its last lines are gone');
  }

  private refusal(why: string): CommandRefusedError {
    return new CommandRefusedError(
      `An import of ${this.file} was interrupted, and ${why}; --restart begins again.`,
    );
  }

  /** Writes another file first, so that there is always a whole one. */
  write(progress: Progress): void {
    const { identity } = this;
    writePrivateFile(`${this.path}~`, JSON.stringify({ identity, progress }));
    renameSync(`${this.path}~`, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

interface Noted {
  identity?: string;
  progress?: Progress;
}

function parsed(text: string): Noted {
  try {
    return JSON.parse(text) as Noted;
  } catch {
    return {};
  }
}

/** The size, the time and the beginning: reading all of it would take as long as to read the lines again. */
function contentOf(file: string): unknown[] {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const length = readSync(descriptor, head, 0, HEAD_BYTES, 0);
    const digest = createHash('sha256').update(head.subarray(0, length)).digest('hex');
    const { size, mtime } = statSync(file);
    return [size, mtime.getTime(), digest];
  } finally {
    closeSync(descriptor);
  }
}

/** Without what only opens it. */
function databaseOf({ options, driver }: DataSource): unknown[] {
  const { type, host, port, url } = options as { type: string; host?: string; port?: number; url?: string };
  return [
    type,
    driver.database,
    driver.schema,
    host,
    port,
    url && URL.canParse(url) ? new URL(url).host : undefined,
  ];
}

const meaningOf = ({
  format,
  delimiter,
  map,
  onExisting,
  updatePasswords,
  withSuperusers,
  dryRun,
}: ImportOptions) => [format, delimiter, map, onExisting, updatePasswords, withSuperusers, dryRun];
