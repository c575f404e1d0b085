import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { IndexMetadata } from 'typeorm/metadata/IndexMetadata.js';
import { isIntegerColumn, isUuidColumn, keepsIds } from './entity-id.js';

/** The entity's own column of this name, not one in an embedded object. */
export const columnOf = (entity: EntityMetadata, property: string): ColumnMetadata | undefined =>
  entity.columns.find(({ propertyPath }) => propertyPath === property);

/** The first of these properties that is not a column of the entity. */
export const missingColumn = (entity: EntityMetadata, names: readonly string[]): string | undefined =>
  names.find((name) => !columnOf(entity, name));

/** Whether the column is unique. The index may leave out rows that are softly deleted. */
export function isUniqueColumn(entity: EntityMetadata, property: string): boolean {
  const indexes = entity.indices.filter(
    (index) => index.isUnique && (!index.where || leavesOutDeleted(index, entity)),
  );
  return [...entity.uniques, ...indexes].some((key) => isOfOne(key, property));
}

/** Whether the value of a softly deleted row in this column stays taken. */
export function isTakenByDeleted(entity: EntityMetadata, property: string): boolean {
  // MySQL has no partial indexes. TypeORM creates full indexes there.
  const areAllWhole = ['mysql', 'mariadb'].includes(entity.dataSource.options.type);
  const whole = entity.indices.filter(({ isUnique, where }) => isUnique && (areAllWhole || !where));
  return [...entity.uniques, ...whole].some((key) => isOfOne(key, property));
}

const isOfOne = ({ columns: [first, second] }: Pick<IndexMetadata, 'columns'>, property: string): boolean =>
  first?.propertyPath === property && !second;

function leavesOutDeleted({ where = '' }: IndexMetadata, { deleteDateColumn }: EntityMetadata): boolean {
  const condition = where
    .replace(/["`[\]()]/g, '')
    .trim()
    .split(/\s+/)
    .join(' ');
  const expected = `${deleteDateColumn?.databaseName} is null`;
  return deleteDateColumn !== undefined && condition.toLowerCase() === expected.toLowerCase();
}

/**
 * The first property of a unique key, other than a key with `email`, whose value a user may choose.
 * `contact.phone` is a property of an embedded object.
 */
export function propertyOfUniqueKey(
  { uniques, indices }: EntityMetadata,
  isChosen: (propertyPath: string) => boolean,
): string | undefined {
  const keys = [...uniques, ...indices.filter(({ isUnique }) => isUnique)];
  const paths = keys.map(({ columns }) => columns.map(({ propertyPath }) => propertyPath));
  return paths
    .filter((key) => !key.includes('email'))
    .flat()
    .find(isChosen);
}

/**
 * Why this library cannot use the primary key, in words that follow the option's name; `undefined` if it can.
 * Only a UUID or an integer never collides with paths like `users/me`.
 */
export function primaryKeyFault({ name, primaryColumns: [id, second] }: EntityMetadata): string | undefined {
  if (second || id?.propertyPath !== 'id' || !(isUuidColumn(id) || isIntegerColumn(id))) {
    return `the primary key of ${name} must be one column id, a UUID or an integer`;
  }
  if (keepsIds(id)) return undefined;
  return `the transformer of ${name}.id changes the stored id; let it change only the type, to a number, a text or a BigInt, or remove it`;
}

/**
 * Why the relation of this entity to users is wrong, in words that follow the option's name; `undefined` if it
 * is right.
 */
export function ownerFault(entity: EntityMetadata, user: EntityMetadata): string | undefined {
  const relation = entity.findRelationWithPropertyPath('user');
  const mend = `declare @ManyToOne(() => ${user.name}, { onDelete: 'CASCADE', nullable: false }) user`;
  if (!relation?.isManyToOne || relation.inverseEntityMetadata !== user) {
    return `${entity.name} has no relation user to ${user.name}; ${mend}`;
  }
  if (relation.onDelete !== 'CASCADE' || relation.isNullable) {
    return `${entity.name}.user would prevent the deletion of users or leave rows without a user; ${mend}`;
  }
  return undefined;
}
