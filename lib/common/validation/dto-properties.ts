import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes } from 'class-validator';

/** The rules of class-validator for a DTO class, inherited ones included. */
export const rulesOf = (dto: Type) => getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);

/** The properties of a DTO class that class-validator knows. The library reads no other property of a body. */
export const validatedProperties = (dto: Type): string[] => [
  ...new Set(rulesOf(dto).map((rule) => rule.propertyName)),
];

/** The properties with `@ValidateNested()`. */
export const nestedProperties = (dto: Type): string[] =>
  rulesOf(dto).flatMap(({ type, propertyName }) =>
    type === ValidationTypes.NESTED_VALIDATION ? [propertyName] : [],
  );

/** The name of a property in JSON: that of `@Expose({ name })`, or its own. */
export const sentName = (dto: object, property: string): string =>
  defaultMetadataStorage.findExposeMetadata(dto as Type, property)?.options.name ?? property;
