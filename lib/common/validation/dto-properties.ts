import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';

/** The properties of a DTO class that class-validator knows. The library reads no other property of a body. */
export function validatedProperties(dto: Type): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  return [...new Set(rules.map((rule) => rule.propertyName))];
}

/** The name of a property in JSON: that of `@Expose({ name })`, or its own. */
export const sentName = (dto: object, property: string): string =>
  defaultMetadataStorage.findExposeMetadata(dto as Type, property)?.options.name ?? property;
