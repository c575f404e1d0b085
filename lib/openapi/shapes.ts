import type { Type } from '@nestjs/common';
import { getSchemaPath, type ReferenceObject, type SchemaObject } from '@nestjs/swagger';
import type { EntityName, Shape } from '../common/route-description.js';
import type { DocumentedApplication } from './access.js';
import { schemaOfId } from './output-schema.js';

export const referenceTo = (dto: Type): ReferenceObject => ({ $ref: getSchemaPath(dto) });

export const idSchema = ({ entities }: DocumentedApplication, entity: EntityName): SchemaObject =>
  schemaOfId(entities[entity]?.primaryColumns[0]);

/** The schema of a value of an answer. */
export function schemaOf(shape: Shape, application: DocumentedApplication): SchemaObject | ReferenceObject {
  if ('dto' in shape) return referenceTo(shape.dto);
  if ('idOf' in shape) return idSchema(application, shape.idOf);
  if ('anything' in shape) return {};
  if ('allOf' in shape) return { allOf: shape.allOf.map((each) => schemaOf(each, application)) };
  if (shape.type === 'array') return { type: 'array', items: schemaOf(shape.items, application) };
  if (shape.type !== 'object') return shape;
  const properties = Object.entries(shape.properties).map(([name, each]) => [
    name,
    schemaOf(each, application),
  ]);
  return {
    type: 'object',
    required: [...shape.required],
    properties: Object.fromEntries(properties) as never,
  };
}

/** The read DTOs in a shape. */
export function dtosIn(shape: Shape): Type[] {
  if ('dto' in shape) return [shape.dto];
  if ('allOf' in shape) return shape.allOf.flatMap(dtosIn);
  if ('items' in shape) return dtosIn(shape.items);
  return 'properties' in shape ? Object.values(shape.properties).flatMap(dtosIn) : [];
}
