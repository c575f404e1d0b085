import { FindOperator } from 'typeorm';

/** TypeORM reads `{}` and `{ id: undefined }` as "the first row", and an update of them as "all rows". */
export function requireCriteria(where: object): void {
  if (typeof where !== 'object' || Array.isArray(where) || isEmpty(where)) {
    throw new TypeError('A search for a user needs criteria, each with a value.');
  }
}

/** An embedded object or a relation holds criteria of its own. A list is none: SQLite would take its first value. */
function isEmpty(criteria: unknown): boolean {
  if (criteria === undefined || criteria === null || Array.isArray(criteria)) return true;
  if (typeof criteria !== 'object' || !isPlain(criteria)) return false;
  const values: unknown[] = Object.values(criteria);
  return values.length === 0 || values.some(isEmpty);
}

/** Neither an operator of TypeORM nor an object that a column holds, such as a Date. */
const isPlain = (value: object): boolean => {
  if (value instanceof FindOperator) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === null || prototype === Object.prototype;
};

/**
 * Whether a row that the database found has these values in its columns of text: MariaDB finds `a` for `Á` and for a
 * trailing blank, and any text without digits for the number 0.
 */
export const hasExactly = (row: object, where: object): boolean =>
  Object.entries(where).every(([name, wanted]) => {
    const value = (row as Record<string, unknown>)[name];
    return typeof value !== 'string' || isSameText(value, wanted);
  });

function isSameText(value: string, wanted: unknown): boolean {
  if (typeof wanted === 'string') return value === wanted;
  // A number of many digits is text for a driver.
  if (typeof wanted === 'number' || typeof wanted === 'bigint') return Number(value) === Number(wanted);
  return typeof wanted === 'object';
}
