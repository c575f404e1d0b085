import type { Type } from '@nestjs/common';
import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';

const TO_PLAIN = TransformationType.CLASS_TO_PLAIN;

/**
 * The properties that a read DTO shows: those with `@Expose()` and without `@Exclude()`, also inherited ones.
 */
export function exposedProperties(dto: Type): string[] {
  const excluded = excludedProperties(dto);
  const exposed = defaultMetadataStorage.getExposedProperties(dto, TO_PLAIN);
  return [...new Set(exposed)].filter((property) => !excluded.includes(property));
}

export const excludedProperties = (dto: Type): string[] =>
  defaultMetadataStorage.getExcludedProperties(dto, TO_PLAIN);

/** Whether the class as a whole has `@Exclude()`. */
export const isExcluded = (dto: Type): boolean => defaultMetadataStorage.getStrategy(dto) === 'excludeAll';

/**
 * The name in JSON; `undefined` for a property that is only for groups, because this library uses no groups.
 */
export function shownName(dto: Type, property: string): string | undefined {
  const { name = property, groups = [] } = defaultMetadataStorage.findExposeMetadata(dto, property).options;
  return groups.length > 0 ? undefined : name;
}

export type Transform = (given: { value: unknown; key: string; obj: unknown }) => unknown;

/** The functions of `@Transform()` on a property, in order. */
export const transformsOf = (dto: Type, property: string): Transform[] =>
  defaultMetadataStorage
    .findTransformMetadatas(dto, property, TO_PLAIN)
    .filter(({ options }) => (options.groups ?? []).length === 0)
    .map(({ transformFn }) => ({ value, key, obj }) => {
      const given = { value, key, obj, type: TO_PLAIN, options: { strategy: 'excludeAll' } } as const;
      return transformFn(given) as unknown;
    });

export const hasTypeDecorator = (dto: Type, property: string): boolean =>
  defaultMetadataStorage.findTypeMetadata(dto, property) !== undefined;

/**
 * The class that `@Type()` names for a property of this object; `undefined` if a circular import hides the
 * class.
 */
export function typeOf(dto: Type, property: string, object: object = {}): unknown {
  const found = defaultMetadataStorage.findTypeMetadata(dto, property);
  const given = { newObject: {}, object, property };
  return found.typeFunction ? found.typeFunction(given) : (found.reflectedType as unknown);
}

/** The getters and methods that a class and its base classes declare. */
export function computedProperties({ prototype }: { prototype: unknown }): Map<string, PropertyDescriptor> {
  const found = new Map<string, PropertyDescriptor>();
  for (let each = prototype; each && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
      if (name !== 'constructor' && !found.has(name)) found.set(name, descriptor);
    }
  }
  return found;
}
