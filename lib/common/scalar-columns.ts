import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { InvalidBodyError } from './users-error.js';

const SCALAR =
  /^(n?varchar|n?char|citext|(tiny|medium|long)?text|((tiny|small|medium|big)?int(?!erval))|bool|uuid|real|float|double|dec|numeric|date|time|enum)/;

/**
 * Refuses an object or an array for a column of single values: MySQL's driver would write it as several, and shift
 * what belongs to the columns after it.
 * @throws {InvalidBodyError}
 */
export function requireScalar(column: ColumnMetadata, value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return;
  if (typeof column.transformer !== 'undefined' || column.isArray || !isScalar(column)) return;
  const msg = 'This must be a single value.';
  throw new InvalidBodyError([{ loc: ['body', column.propertyName], msg, type: 'scalar' }]);
}

const isScalar = ({ type }: ColumnMetadata): boolean => typeof type === 'function' || SCALAR.test(type);
