import type { ObjectLiteral, Repository } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { BaseUser } from './user.entity.js';

/** The columns that this library reads and writes for every user. */
export const USER_COLUMNS: readonly string[] = [
  ...['id', 'email', 'passwordHash', 'isActive', 'isVerified', 'isSuperuser'],
  ...['tokenVersion', 'createdAt', 'updatedAt'],
];

/** The host's own columns that an INSERT must fill. `address.city` is a column of an embedded object. */
export const requiredUserColumns = (users: Repository<BaseUser>): string[] =>
  requiredColumns(users, USER_COLUMNS);

/**
 * As {@link requiredUserColumns}, for any entity.
 * @param own the columns that this library writes itself
 */
export function requiredColumns<Entity extends ObjectLiteral>(
  repository: Repository<Entity>,
  own: readonly string[],
): string[] {
  const fresh = repository.create();
  return repository.metadata.columns
    .filter((column) => !own.includes(column.propertyPath) && isRequired(column))
    .filter((column) => column.getEntityValue(fresh) === undefined)
    .map(({ propertyPath }) => propertyPath);
}

const isRequired = (column: ColumnMetadata): boolean =>
  !column.isNullable &&
  !column.isGenerated &&
  !column.isVirtual &&
  !column.isDiscriminator &&
  column.generatedType === undefined &&
  column.default === undefined &&
  !(column.isCreateDate || column.isUpdateDate || column.isVersion || column.isDeleteDate);
