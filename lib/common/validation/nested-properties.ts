import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validatedProperties } from './dto-input.js';

/**
 * Whether a DTO class does not read a property.
 * @param path the property's path; a nested part is looked up in the class that `@Type()` names, if there is
 * one
 */
export function lacksProperty(dto: Type, [name = '', ...rest]: string[]): boolean {
  if (!validatedProperties(dto).includes(name)) return true;
  const nested = rest.length > 0 ? nestedClass(dto, name) : undefined;
  return nested !== undefined && lacksProperty(nested, rest);
}

function nestedClass(dto: Type, property: string): Type | undefined {
  const { typeFunction } = defaultMetadataStorage.findTypeMetadata(dto, property) ?? {};
  try {
    return typeFunction?.() as Type | undefined;
  } catch {
    // The function may choose the class by the value, and there is no value yet.
    return undefined;
  }
}
