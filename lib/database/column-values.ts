import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { ApplyValueTransformers } from 'typeorm/util/ApplyValueTransformers.js';

type Column = Pick<ColumnMetadata, 'transformer'> | undefined;

/**
 * A value as the database stores it, for statements in which TypeORM does not apply the column's transformer.
 */
export const storedValue = (column: Column, value: unknown): unknown =>
  column?.transformer === undefined ? value : ApplyValueTransformers.transformTo(column.transformer, value);

/** A stored value as an entity has it. */
export const ownValue = (column: Column, value: unknown): unknown =>
  column?.transformer === undefined ? value : ApplyValueTransformers.transformFrom(column.transformer, value);
