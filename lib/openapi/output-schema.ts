import type { Type } from '@nestjs/common';
import type { SchemaObject } from '@nestjs/swagger';
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import {
  computedProperties,
  exposedProperties,
  hasTypeDecorator,
  shownName,
  transformsOf,
} from '../common/output/dto-metadata.js';
import { hasLargeIds, isIntegerColumn, isUuidColumn } from '../database/entity-id.js';
import { nestedAt, type Shown, typeAtBoot } from '../module/checks/read-dto-checks.js';
import type { DescribedProperty } from './described-property.js';

/** A property, and what its nested DTO shows. */
export interface ShownProperty extends DescribedProperty {
  shows?: Shown | undefined;
}

/** What an answer shows of an entity, from `@Expose()` and the columns. */
export function describeOutput(shown: Shown): ShownProperty[] {
  return exposedProperties(shown.dto).flatMap((property) => {
    const name = shownName(shown.dto, property);
    return name === undefined ? [] : [{ property, name, ...describe(shown, property) }];
  });
}

/** What an answer shows of a value that is no entity, such as an object in a JSON column. */
export function describeValue(dto: Type): DescribedProperty[] {
  return exposedProperties(dto).flatMap((property) => {
    const name = shownName(dto, property);
    if (name === undefined) return [];
    const schema = schemaOfType(designType(dto, property)) ?? {};
    return [{ property, name, ...ANYTHING, schema, ...valueAt(dto, property) }];
  });
}

/** The DTO of `@Type()` at a property that is neither a relation nor an embedded object. */
function valueAt(dto: Type, property: string): Pick<Description, 'nested' | 'isList'> | undefined {
  if (!hasTypeDecorator(dto, property) || transformsOf(dto, property).length > 0) return undefined;
  const type = typeAtBoot(dto, property);
  if (typeof type !== 'function' || exposedProperties(type as Type).length === 0) return undefined;
  return { nested: type as Type, isList: designType(dto, property) === Array };
}

type Description = Omit<ShownProperty, 'property' | 'name'>;

const ANYTHING: Description = {
  isRequired: false,
  isNullable: false,
  schema: {},
  nested: undefined,
  isList: false,
};

function describe(shown: Shown, property: string): Description {
  const { dto, entity, prefix } = shown;
  const path = prefix + property;
  const isOfDto = transformsOf(dto, property).length > 0 || computedProperties(dto).has(property);
  const own = designType(dto, property);
  if (isOfDto) return { ...ANYTHING, schema: schemaOfType(own) ?? {} };

  const shows = nestedAt(dto.name, shown, property);
  if (shows) {
    const relation = entity.findRelationWithPropertyPath(path);
    const isList = relation !== undefined && (relation.isOneToMany || relation.isManyToMany);
    // A relation is there only if it was loaded, and an embedded object only if a column of it has a value.
    const isRequired = relation === undefined && hasColumnAlways(entity, `${path}.`);
    const isNullable = relation !== undefined && !isList;
    return { ...ANYTHING, isRequired, isNullable, nested: shows.dto, isList, shows };
  }
  const column = entity.findColumnWithPropertyPath(path);
  if (column) return { ...describeColumn(column, entity, schemaOfType(own)), ...valueAt(dto, property) };
  return {
    ...ANYTHING,
    schema: schemaOfType(own) ?? schemaOfType(designType(entity.target as Type, property)) ?? {},
    ...valueAt(dto, property),
  };
}

function describeColumn(
  column: ColumnMetadata,
  entity: EntityMetadata,
  declared: SchemaObject | undefined,
): Description {
  const schema =
    (isIdColumn(column) ? schemaOfId(column) : undefined) ??
    declared ??
    schemaOfType(designType(entity.target as Type, column.propertyName)) ??
    schemaOfColumn(column);
  const isAlways = column.embeddedMetadata === undefined ? column.isSelect : isInEveryRow(column);
  const isInteger = schema.type === 'number' && isIntegerColumn(column);
  const item = { ...ANYTHING, isRequired: isAlways, isNullable: column.isNullable };
  return column.isArray
    ? { ...item, isList: true, schema: { type: 'array', items: schema } }
    : { ...item, schema: isInteger ? { type: 'integer' } : schema };
}

const hasColumnAlways = ({ columns }: EntityMetadata, prefix: string): boolean =>
  columns.some((column) => column.propertyPath.startsWith(prefix) && isInEveryRow(column));

const isInEveryRow = ({ isSelect, isNullable }: ColumnMetadata): boolean => isSelect && !isNullable;

const isIdColumn = (column: ColumnMetadata): boolean =>
  column.isPrimary || column.referencedColumn?.isPrimary === true;

/** The driver of PostgreSQL returns a large integer as text, others a number too, and the library writes a BigInt as text. */
export function schemaOfId(column: ColumnMetadata | undefined): SchemaObject {
  if (isUuidColumn(column)) return { type: 'string', format: 'uuid' };
  const isNumber = column && isIntegerColumn(column) && !hasLargeIds(column) && !column.transformer;
  if (isNumber) return { type: 'integer', minimum: 1 };
  if (column?.entityMetadata.dataSource.options.type === 'postgres' && !column.transformer) {
    return { type: 'string', pattern: '^[1-9]\\d*$' };
  }
  return { oneOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }] };
}

const designType = ({ prototype }: { prototype: object }, property: string): unknown =>
  Reflect.getMetadata('design:type', prototype, property);

function schemaOfType(type: unknown): SchemaObject | undefined {
  if (type === String) return { type: 'string' };
  if (type === Number) return { type: 'number' };
  if (type === Boolean) return { type: 'boolean' };
  if (type === Date) return { type: 'string', format: 'date-time' };
  if (type === Array || type === Set) return { type: 'array', items: {} };
  return undefined;
}

/** For a property whose declared type says nothing, such as a union. */
function schemaOfColumn(column: ColumnMetadata): SchemaObject {
  if (column.transformer) return {};
  const byConstructor = schemaOfType(column.type);
  if (byConstructor) return byConstructor;
  const type = String(column.type);
  if (column.enum) return { enum: column.enum };
  if (type.startsWith('bool')) return { type: 'boolean' };
  if (isIntegerColumn(column) && !/^(bigint|int8)/.test(type)) return { type: 'integer' };
  if (/^(float|real|double)/.test(type)) return { type: 'number' };
  if (/^(datetime|timestamp)/.test(type)) return { type: 'string', format: 'date-time' };
  if (type === 'date') return { type: 'string', format: 'date' };
  if (type.startsWith('time')) return { type: 'string' };
  if (type === 'simple-array') return { type: 'array', items: { type: 'string' } };
  return /char|text|uuid|clob/.test(type) ? { type: 'string' } : {};
}
