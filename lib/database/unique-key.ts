import type { EntityMetadata } from 'typeorm';

/** The unique key that a statement broke, as the driver describes it. It has no value of a row. */
export interface UniqueKey {
  table?: string | undefined;
  /** The database's names of the columns, or the expressions of an index. */
  columns?: string[] | undefined;
  /** The name of the index or the constraint. */
  name?: string | undefined;
}

interface DriverError {
  message?: string;
  /** Only PostgreSQL sends these. It leaves out `detail` if a policy hides rows. */
  table?: string;
  constraint?: string;
  detail?: string;
}

/** Reads a unique violation of SQLite, PostgreSQL or MySQL. */
export function uniqueKeyOf({ message = '', table, constraint, detail = '' }: DriverError): UniqueKey {
  if (constraint !== undefined) {
    return { table, name: constraint, columns: /^Key \((.+?)\)=\(/.exec(detail)?.[1]?.split(', ') };
  }
  const [, index, names] = /^UNIQUE constraint failed: (?:index '(.+)'|(.+))$/.exec(message) ?? [];
  if (names !== undefined) {
    const columns = names.split(', ').map((each) => each.split('.'));
    return { table: columns[0]?.[0], columns: columns.map((each) => each.at(-1) ?? '') };
  }
  // The name is last. The value before it may contain any text.
  return { name: index ?? / for key '(?:[^']*\.)?([^'.]+)'$/.exec(message)?.[1] };
}

/**
 * The first property of the entity that is part of the key; `undefined` if it is unknown or the key is of
 * another table.
 */
export function propertyOfKey(
  { table, columns, name }: UniqueKey,
  entity: EntityMetadata,
): string | undefined {
  if (table !== undefined && table !== entity.tableName) return undefined;
  const keys = [...entity.uniques, ...entity.indices.filter(({ isUnique }) => isUnique)];
  const declared = keys.find((key) => key.name === name)?.columns.map(({ databaseName }) => databaseName);
  const words = (columns ?? declared ?? []).flatMap((each) => each.match(/\w+/g) ?? []);
  return entity.columns.find(({ databaseName }) => words.includes(databaseName))?.propertyName;
}
