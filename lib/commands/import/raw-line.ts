/** A line of a file as it was read. */
export interface RawLine {
  /** The number of the line, from 1; of the first one, if a cell of CSV has line ends. */
  number: number;
  /** The number of its last line. */
  last: number;
  /** The bytes of the file up to its end. */
  end: number;
  /** The fields of NDJSON. */
  record?: Readonly<Record<string, unknown>>;
  /** The cells of CSV; `undefined` is an empty cell without quotes. */
  cells?: readonly (string | undefined)[];
  /** Why the line cannot be read, in words that follow "It". */
  fault?: string;
}

/** Where an interrupted reading goes on: behind this line and these bytes. */
export interface Place {
  number: number;
  end: number;
}

export const LONGEST_LINE_BYTES = 1024 * 1024;
export const TOO_LONG = 'is longer than 1 MiB';
export const NOT_UTF8 = 'is not UTF-8';
