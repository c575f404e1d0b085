import { type EntityMetadata, type FindOptionsWhere, IsNull, Not } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { BaseUser } from './user.entity.js';

/**
 * The `@DeleteDateColumn()` of a softly deleted row. TypeORM checks it in a SELECT only, not in an UPDATE or a
 * DELETE.
 */
export interface DeletionMark<User extends BaseUser> {
  /** Conditions on a row: not deleted, and deleted. */
  isUnset: FindOptionsWhere<User>;
  isSet: FindOptionsWhere<User>;
  /** Values for a row. */
  set: () => QueryDeepPartialEntity<User>;
  unset: () => QueryDeepPartialEntity<User>;
}

/** `undefined` if the entity has no `@DeleteDateColumn()`, so that a deletion is final. */
export function deletionMarkOf<User extends BaseUser>({
  deleteDateColumn: column,
}: EntityMetadata): DeletionMark<User> | undefined {
  if (!column) return undefined;
  const of = (value: unknown) => column.createValueMap(value) as never;
  // The value that TypeORM's own `softDelete()` writes, unless the host's column has a transformer.
  const now = () => (column.transformer ? new Date() : () => 'CURRENT_TIMESTAMP');
  return { isUnset: of(IsNull()), isSet: of(Not(IsNull())), set: () => of(now()), unset: () => of(null) };
}

/** @throws {TypeError} if the entity has no such column */
export function requireMark<Mark>(mark: Mark | undefined, { name }: EntityMetadata): Mark {
  if (mark !== undefined) return mark;
  throw new TypeError(
    `${name} has no @DeleteDateColumn(), so its rows are deleted for good; add one to restore users.`,
  );
}
