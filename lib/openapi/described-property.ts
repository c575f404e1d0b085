import type { Type } from '@nestjs/common';
import type { SchemaObject } from '@nestjs/swagger';

/** A property of a DTO class, as a document shows it. */
export interface DescribedProperty {
  property: string;
  /** In JSON. */
  name: string;
  isRequired: boolean;
  isNullable: boolean;
  schema: SchemaObject;
  /** The DTO class of the value, or of the items of a list. */
  nested?: Type | undefined;
  isList: boolean;
}
