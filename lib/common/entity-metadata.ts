import type { EntityMetadata } from 'typeorm';
import { isUuidColumn } from './entity-id.js';

/** The first of these properties that is no column of the entity. */
export const missingColumn = (entity: EntityMetadata, names: readonly string[]): string | undefined =>
  names.find((name) => !entity.findColumnWithPropertyName(name));

/** Whether no two rows have the same in this column. */
export function isUniqueColumn({ uniques, indices }: EntityMetadata, property: string): boolean {
  const wholeIndexes = indices.filter(({ isUnique, where }) => isUnique && !where);
  return [...uniques, ...wholeIndexes].some(
    ({ columns }) => columns.length === 1 && columns[0]?.propertyName === property,
  );
}

/** Whether the primary key is one column `id`, a UUID or an integer: nothing else stays out of paths like `users/me`. */
export function hasPlainId({ primaryColumns: [id, second] }: EntityMetadata): boolean {
  const isInteger = id?.type === Number || /int/.test(String(id?.type));
  return !second && id?.propertyName === 'id' && (isUuidColumn(id) || isInteger);
}

/** Why rows of this entity don't belong to users as they must, in words that follow the option's name; or nothing. */
export function ownerFault(entity: EntityMetadata, user: EntityMetadata): string | undefined {
  const relation = entity.findRelationWithPropertyPath('user');
  const mend = `declare @ManyToOne(() => ${user.name}, { onDelete: 'CASCADE', nullable: false }) user`;
  if (!relation?.isManyToOne || relation.inverseEntityMetadata !== user) {
    return `${entity.name} has no relation user to ${user.name}; ${mend}`;
  }
  if (relation.onDelete !== 'CASCADE' || relation.isNullable) {
    return `${entity.name}.user would keep users from being deleted, or outlive them; ${mend}`;
  }
  return undefined;
}
