import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { InvalidBodyError } from '../common/users-error.js';

/** Column types whose value may be an object or an array. */
const STRUCTURED =
  /^(json|jsonb|simple-json|simple-array|array|hstore|set|interval|(half|sparse)?vec|geo|point|line|lseg|box|path|polygon|circle|multi|\w+range)/;

/**
 * Refuses a list or an object for a column of single values. MySQL's driver would write a list as several
 * values and so shift the values of the columns after it.
 * @throws {InvalidBodyError}
 */
export function requireScalar(column: ColumnMetadata, value: unknown): void {
  const { type, transformer, isArray, propertyPath } = column;
  const isStructured = typeof type === 'string' && STRUCTURED.test(type);
  if (transformer !== undefined || isArray || isStructured || !isListOrObject(value)) return;
  const msg = 'This must be a single value.';
  throw new InvalidBodyError([{ loc: ['body', ...propertyPath.split('.')], msg, type: 'scalar' }]);
}

/** An instance of a class belongs to the host or its driver, which know how to write it. */
function isListOrObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
