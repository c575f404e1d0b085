import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { ownValue, storedValue } from './column-values.js';
import { isSqlite } from './dialect.js';

/**
 * The id of a row: a UUID or a positive integer. Drivers return an integer as a number, or as text if it may be
 * large.
 */
export type RowId = string | number | bigint;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^[1-9]\d{0,19}$/;
const INTEGER_TYPE = /^((tiny|small|medium|middle|big)?int(eger)?\d*|unsigned big int)$/;

// Sizes by PostgreSQL §8.1 and MariaDB's integer types. A type that is not listed has 32 bits.
const BITS: [number, RegExp][] = [
  [8, /^(tinyint|int1)$/],
  [16, /^(smallint|int2)$/],
  [24, /^(mediumint|middleint|int3)$/],
  [64, /^(bigint|int8|int64)$/],
];

/** How the ids of a column are parsed. */
interface IdKind {
  isUuid: boolean;
  /** The highest integer, as digits. */
  highest: string;
  /** Whether some of the integers are too large for a JavaScript number. */
  isLarge: boolean;
}

const kinds = new WeakMap<ColumnMetadata, IdKind>();

export const isUuidColumn = (column: ColumnMetadata | undefined): boolean =>
  column?.generationStrategy === 'uuid' || column?.type === 'uuid';

export const isIntegerColumn = (column: ColumnMetadata | undefined): boolean =>
  column?.type === Number || INTEGER_TYPE.test(String(column?.type));

/**
 * Parses an id from a path, a token or a body into the form that the entity has; `undefined` for a malformed
 * id. An integer beyond the column's range must not reach the database, which would refuse the whole statement.
 */
export function parseId(id: unknown, column: ColumnMetadata | undefined): RowId | undefined {
  const text = digitsOf(id);
  if (text === undefined || column === undefined) return undefined;
  const { isUuid, highest, isLarge } = kindOf(column);
  if (isUuid) return UUID.test(text) ? ownId(text.toLowerCase(), column) : undefined;
  if (!INTEGER.test(text) || !isUpTo(highest, text)) return undefined;
  return ownId(isLarge ? text : Number(text), column);
}

/** Whether the ids of a column may be too large for a JavaScript number. */
export const hasLargeIds = (column: ColumnMetadata): boolean => kindOf(column).isLarge;

/** Describes in words the ids that a column can have. */
export function idsOf(column: ColumnMetadata | undefined): string {
  const { isUuid, highest } = kindOf(column as ColumnMetadata);
  return isUuid ? 'UUIDs' : `integers from 1 to ${highest}`;
}

/**
 * Whether two ids name the same row. A driver reads a `bigint` as text, although an insert may have returned a
 * number.
 */
export const isSameId = (one: RowId | undefined, other: RowId | undefined): boolean =>
  one !== undefined && String(one) === String(other);

/** The id for JSON. `JSON.stringify` throws for a BigInt. */
export const jsonId = (id: RowId): string | number => (typeof id === 'bigint' ? String(id) : id);

/**
 * Whether the column's transformer changes only the type of an id. Statements, tokens and paths use the digits
 * or letters that the database stores.
 */
export function keepsIds(column: ColumnMetadata): boolean {
  if (column.transformer === undefined) return true;
  const sample = isUuidColumn(column) ? '0e984725-c51c-4bf4-9960-e1c80e27aba0' : '1';
  try {
    const own = ownValue(column, sample);
    const isId = ['string', 'number', 'bigint'].includes(typeof own);
    return isId && String(own) === sample && String(storedValue(column, own)) === sample;
  } catch {
    return false;
  }
}

/** A transformer to numbers would turn an id that no number can hold into the id of another row. */
function ownId(id: string | number, column: ColumnMetadata): RowId | undefined {
  const own = ownValue(column, id) as RowId;
  return String(own) === String(id) ? own : undefined;
}

function digitsOf(id: unknown): string | undefined {
  if (typeof id === 'string') return id;
  const isWhole = typeof id === 'bigint' || Number.isSafeInteger(id);
  return isWhole ? String(id) : undefined;
}

const isUpTo = (highest: string, digits: string): boolean =>
  digits.length < highest.length || (digits.length === highest.length && digits <= highest);

function kindOf(column: ColumnMetadata): IdKind {
  const known = kinds.get(column);
  if (known) return known;
  const highest = highestId(column);
  const isLarge = highest > Number.MAX_SAFE_INTEGER;
  const kind = { isUuid: isUuidColumn(column), highest: String(highest), isLarge };
  kinds.set(column, kind);
  return kind;
}

function highestId({ type, unsigned, entityMetadata: { dataSource } }: ColumnMetadata): bigint {
  // Every integer of SQLite has 64 bits, and its driver reads it as a number.
  if (isSqlite(dataSource)) return BigInt(Number.MAX_SAFE_INTEGER);
  const { type: database } = dataSource.options;
  const listed = BITS.find(([, types]) => types.test(String(type)))?.[0];
  const bits = database === 'cockroachdb' ? 64 : (listed ?? 32);
  const isUnsigned = unsigned && ['mysql', 'mariadb'].includes(database);
  return 2n ** BigInt(isUnsigned ? bits : bits - 1) - 1n;
}
