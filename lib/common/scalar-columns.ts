import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { InvalidBodyError } from './users-error.js';

/** Types whose one value may be an object or an array. */
const STRUCTURED =
  /^(json|jsonb|simple-json|simple-array|array|hstore|set|interval|(half|sparse)?vec|geo|point|line|lseg|box|path|polygon|circle|multi|\w+range)/;

/**
 * Refuses a list or an object for a column of single values: MySQL's driver would write a list as several values, and
 * shift what belongs to the columns after it.
 * @throws {InvalidBodyError}
 */
export function requireScalar(column: ColumnMetadata, value: unknown): void {
  const { type, transformer, isArray, propertyName } = column;
  const isStructured = typeof type === 'string' && STRUCTURED.test(type);
  if (transformer !== undefined || isArray || isStructured || !isListOrObject(value)) return;
  const msg = 'This must be a single value.';
  throw new InvalidBodyError([{ loc: ['body', propertyName], msg, type: 'scalar' }]);
}

/** Classes are the host's, or its driver's, and know how they are written. */
function isListOrObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
