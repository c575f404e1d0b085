import type { Repository } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { BaseUser } from './user.entity.js';

/** What this library reads and writes of every user. */
export const USER_COLUMNS: readonly string[] = [
  ...['id', 'email', 'passwordHash', 'isActive', 'isVerified', 'isSuperuser'],
  ...['tokenVersion', 'createdAt', 'updatedAt'],
];

/** The host's own columns without which no user can be inserted. */
export function requiredColumns(users: Repository<BaseUser>): string[] {
  const fresh = users.create() as unknown as Record<string, unknown>;
  return users.metadata.columns
    .filter((column) => !USER_COLUMNS.includes(column.propertyName) && isRequired(column))
    .map(({ propertyName }) => propertyName)
    .filter((property) => fresh[property] === undefined);
}

const isRequired = (column: ColumnMetadata): boolean =>
  !column.isNullable &&
  !column.isGenerated &&
  !column.isVirtual &&
  column.generatedType === undefined &&
  column.default === undefined &&
  !(column.isCreateDate || column.isUpdateDate || column.isVersion || column.isDeleteDate);
