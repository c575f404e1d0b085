import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { ColumnKind } from './column-kind.js';
import { FieldFaultError } from './field-fault.js';

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, '1': true, t: true },
  ...{ false: false, no: false, '0': false, f: false },
};
const DIGITS = /^-?\d{1,19}$/;
/** As `Date.toISOString()` writes it; the time may be shorter. Without a time zone, an instant would depend on the computer. */
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d))?$/;
/** As PostgreSQL's COPY writes it: `2026-01-31 08:00:00+00`. Its `t` and `f` stand for booleans. */
const COPIED_INSTANT = /^(\d{4}-\d\d-\d\d) ([\d:.]+[+-]\d\d)(:\d\d)?$/;
const asInstant = (_: string, date: string, time: string, minutes = ':00'): string =>
  `${date}T${time}${minutes}`;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

type Read = (value: unknown) => unknown;

/** Each returns the value that the entity has, or `undefined` for a value of another type. */
const READERS: Readonly<Record<ColumnKind, [read: Read, words: string]>> = {
  text: [(value) => (typeof value === 'string' ? value : undefined), 'a text'],
  boolean: [(value) => (typeof value === 'boolean' ? value : undefined), 'true or false'],
  integer: [(value) => (Number.isSafeInteger(value) ? value : undefined), 'a whole number'],
  bigint: [readLargeInteger, 'a whole number, or its digits as a text'],
  number: [readNumber, 'a number'],
  instant: [readInstant, 'an instant such as "2026-01-31T08:00:00Z"'],
  json: [(value) => value, 'JSON'],
  bytes: [readBytes, 'a text in base64'],
  other: [(value) => value, 'a value'],
};

/**
 * The value of a column from JSON.
 * @throws {FieldFaultError}
 */
export function fromJson(value: unknown, column: ColumnMetadata, kind: ColumnKind): unknown {
  const { propertyPath: field } = column;
  if (value === null) {
    if (column.isNullable) return null;
    throw new FieldFaultError(field, 'must not be null');
  }
  const [read, words] = READERS[kind];
  const own = read(value);
  if (own === undefined) throw new FieldFaultError(field, `must be ${words}`);
  if (typeof own === 'string' && kind === 'text') requireText(own, column);
  return own;
}

/**
 * The value of a column from a cell of CSV or an argument.
 * @throws {FieldFaultError}
 */
export function fromText(text: string, column: ColumnMetadata, kind: ColumnKind): unknown {
  const { propertyPath: field } = column;
  if (text === '' && kind !== 'text' && kind !== 'other') return fromJson(null, column, kind);
  switch (kind) {
    case 'boolean':
      return fromJson(BOOLEANS[text.toLowerCase()], column, kind);
    case 'integer':
    case 'number':
      return fromJson(/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined, column, kind);
    case 'instant':
      return fromJson(text.replace(COPIED_INSTANT, asInstant), column, kind);
    case 'json':
      return fromJson(column.type === 'simple-array' ? text.split(',') : parsed(text, field), column, kind);
    default:
      return fromJson(text, column, kind);
  }
}

function parsed(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FieldFaultError(field, 'must be JSON');
  }
}

function requireText(text: string, { propertyPath: field, length, enum: values }: ColumnMetadata): void {
  if (!text.isWellFormed() || text.includes('\0')) {
    throw new FieldFaultError(field, 'has a character that no database stores');
  }
  const longest = Number(length);
  if (longest > 0 && text.length > longest && Array.from(text).length > longest) {
    throw new FieldFaultError(field, `is longer than ${longest} characters`);
  }
  if (values && !values.includes(text))
    throw new FieldFaultError(field, `must be one of ${values.join(', ')}`);
}

/** Drivers return integers that may be large as digits. */
function readLargeInteger(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return value;
  return typeof value === 'string' && DIGITS.test(value) ? value : undefined;
}

/** Drivers return decimals as digits, too. */
function readNumber(value: unknown): unknown {
  if (typeof value === 'string') return /^[-+]?\d+(\.\d+)?$/.test(value) ? value : undefined;
  return Number.isFinite(value) ? value : undefined;
}

function readInstant(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function readBytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : undefined;
}
