import type { UserRecord } from '../commands/export/user-record.js';
import { printable } from './streams.js';

const LONGEST_CELL = 40;

/** Users as columns of text, with a line of names above them. */
export function table(records: readonly UserRecord[], names: readonly string[]): string {
  const rows = [[...names], ...records.map((record) => names.map((name) => shortened(cell(record[name]))))];
  const widths = names.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, at) => text.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The fields of a user, one in a line. */
export function sheet(record: UserRecord): string {
  const width = Math.max(...Object.keys(record).map((name) => name.length));
  return Object.entries(record)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`.trimEnd() + '\n')
    .join('');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return printable(value.join(', '));
  return printable(typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`);
}

const shortened = (text: string): string =>
  text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
