import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { requireScalar } from './scalar-columns.js';
import { InvalidBodyError } from '../common/users-error.js';

type Values = Record<string, unknown>;

/**
 * The values that are written to a row: those of its columns, nested for embedded objects. Ids, relations,
 * unknown names and `undefined` values are left out, also if a body or a hook brought them.
 * @throws {InvalidBodyError} for a list or an object in a column of single values, for `null` in a column of
 * an embedded object that takes none, and for a value other than an object in place of an embedded object
 */
export function writtenValues({ columns }: EntityMetadata, fields: object): Values {
  const values: Values = {};
  for (const column of columns) {
    if (
      column.isPrimary ||
      column.isDeleteDate ||
      column.relationMetadata?.propertyName === column.propertyName
    )
      continue;
    const value = valueIn(fields, column);
    if (value === undefined) continue;
    if (value === null && isNeverNull(column)) throw new NullError(column);
    requireScalar(column, value);
    put(values, column.propertyPath.split('.'), value);
  }
  return values;
}

/** Of an embedded object: for a column of the entity itself, the log says what the database refused. */
const isNeverNull = ({ embeddedMetadata, isNullable, transformer }: ColumnMetadata): boolean =>
  embeddedMetadata !== undefined && !isNullable && transformer === undefined;

/** `null` in place of an embedded object sets its columns to `null`. */
function valueIn(fields: object, column: ColumnMetadata): unknown {
  const path = column.propertyPath.split('.');
  let value: unknown = fields;
  for (const [depth, name] of path.entries()) {
    if (value === undefined || (value === null && column.isNullable)) return value;
    if (!isObject(value)) throw new NotAnObjectError(path.slice(0, depth));
    value = value[name];
  }
  return value;
}

/** Sets a value at the path of a column, which may lie in embedded objects. `undefined` sets nothing. */
export function put(values: Values, [name = '', ...rest]: string[], value: unknown): void {
  if (value === undefined) return;
  if (rest.length === 0) values[name] = value;
  else put((values[name] ??= {}) as Values, rest, value);
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class NotAnObjectError extends InvalidBodyError {
  constructor(path: string[]) {
    super([{ loc: ['body', ...path], msg: 'This must be an object.', type: 'object' }]);
  }
}

class NullError extends InvalidBodyError {
  constructor({ propertyPath }: ColumnMetadata) {
    super([{ loc: ['body', ...propertyPath.split('.')], msg: 'This must not be null.', type: 'null' }]);
  }
}
