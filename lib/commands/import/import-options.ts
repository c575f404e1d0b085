/** How users are imported. */
export interface ImportOptions {
  /**
   * The format of the lines.
   * @default by the ending of the file: `.csv` is CSV, all others NDJSON
   */
  format?: 'ndjson' | 'csv';
  /**
   * The character between the cells of CSV.
   * @default ','
   */
  delimiter?: string;
  /**
   * Names of the file to names of your columns. A name that leads to an empty text is left out.
   * @default {}
   */
  map?: Readonly<Record<string, string>>;
  /**
   * What happens to a user who has the id, the address or an identifier of a line: nothing, or the fields of the line are
   * set. An update never takes a role.
   * @default 'skip'
   */
  onExisting?: 'skip' | 'update';
  /**
   * With `update`: sets the password hashes of the file, which ends the logins of these users.
   * @default false
   */
  updatePasswords?: boolean;
  /**
   * Lets lines make superusers. With `update`, `isSuperuser` is set for users who are there, too. Without it, a line that would
   * make a superuser is refused.
   * @default false
   */
  withSuperusers?: boolean;
  /**
   * Checks everything and writes nothing. What the database refuses is found by transactions that are rolled back.
   * @default false
   */
  dryRun?: boolean;
  /**
   * The file that gets one line of JSON for each line that is refused: `line`, `field` and `reason`.
   * @default none
   */
  report?: string;
  /**
   * Begins with the first line, although an import of this file was interrupted.
   * @default false
   */
  restart?: boolean;
  /**
   * Ends the import after the batch of lines that is being written.
   * @default none
   */
  signal?: AbortSignal;
  /**
   * Is called for each line that is refused.
   * @default none
   */
  onRefused?: (refusal: Refusal) => void;
  /**
   * Is called after each batch of lines. `bytes` of `totalBytes` are done; a stream has no `totalBytes`.
   * @default none
   */
  onProgress?: (summary: ImportSummary, bytes: number, totalBytes: number | undefined) => void;
}

/** Why a line was refused. It has no value of the line. */
export interface Refusal {
  /** The number of the line in the file, from 1. */
  line: number;
  /** The name of the field; `null` if the whole line is meant. */
  field: string | null;
  reason: string;
}

/** What an import did. */
export interface ImportSummary {
  /** The number of users that were made. */
  created: number;
  /** The number of users that were changed. */
  updated: number;
  /** The number of lines whose user was there already, and stayed as it was. */
  skipped: number;
  /** The number of lines that were refused. */
  refused: number;
  /** The last line that was done, from 1. */
  line: number;
  /** The line after which an interrupted import went on; 0 if it began with the first line. */
  resumedAfter: number;
  /** Whether the end of the file was reached. */
  isComplete: boolean;
}
