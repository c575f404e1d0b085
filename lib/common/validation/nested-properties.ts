import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';
import { sentName, validatedProperties } from './dto-properties.js';

type Body = Record<string, unknown>;

/** A property whose value is read by a DTO class of its own, which `@Type()` names. */
interface NestedProperty {
  /** The name in JSON. */
  sent: string;
  dto: Type;
  takesLists: boolean;
}

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

/**
 * Keeps of the nested objects of a body only what their DTO classes declare. An object whose class declares no
 * rule stays as it was sent.
 * @param body not nested too deeply
 * @param refuse called with the path of a list in the place of one object
 */
export function pickNested(
  dto: Type,
  body: Body,
  refuse: (path: string[]) => void,
  path: string[] = [],
): Body {
  const properties = nestedProperties(dto).filter(({ sent }) => Object.hasOwn(body, sent));
  if (properties.length === 0) return body;
  const picked = { ...body };
  for (const { sent, dto: nested, takesLists } of properties) {
    const here = [...path, sent];
    const pick = (value: unknown): unknown =>
      isObject(value) ? pickOwn(nested, value, refuse, here) : value;
    const value = body[sent];
    if (Array.isArray(value) && !takesLists) refuse(here);
    picked[sent] = Array.isArray(value) ? value.map(pick) : pick(value);
  }
  return picked;
}

function pickOwn(dto: Type, body: Body, refuse: (path: string[]) => void, path: string[]): Body {
  const names = validatedProperties(dto).map((property) => sentName(dto, property));
  const known = Object.fromEntries(
    names.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]]),
  );
  return pickNested(dto, known, refuse, path);
}

const remembered = new WeakMap<Type, NestedProperty[]>();

/** Not at boot: `@Type()` may name a class of a file that is still being loaded. */
function nestedProperties(dto: Type): NestedProperty[] {
  const known = remembered.get(dto);
  if (known) return known;
  const properties = validatedProperties(dto).flatMap((property): NestedProperty[] => {
    const nested = nestedClass(dto, property);
    if (!nested || validatedProperties(nested).length === 0) return [];
    return [{ sent: sentName(dto, property), dto: nested, takesLists: mayBeList(dto, property) }];
  });
  remembered.set(dto, properties);
  return properties;
}

/** The class that `@Type()` names for a property; `undefined` for one that depends on the value. */
export function nestedClass(dto: Type, property: string): Type | undefined {
  const { typeFunction, options } = typeMetadata(dto, property) ?? {};
  if (options?.discriminator) return undefined;
  try {
    return typeFunction?.() as Type | undefined;
  } catch {
    // The function may choose the class by the value, and there is no value yet.
    return undefined;
  }
}

/**
 * Whether a property is declared as a list. An interface, some union types, and with some compilers a class that refers to
 * itself, are seen as `Object`.
 */
export const isDeclaredList = (dto: Type, property: string): boolean =>
  [Array, Set, Map].some((type) => type === typeMetadata(dto, property)?.reflectedType);

function mayBeList(dto: Type, property: string): boolean {
  const { reflectedType = Object } = typeMetadata(dto, property) ?? {};
  if (reflectedType === Object || isDeclaredList(dto, property)) return true;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  return rules.some((rule) => rule.propertyName === property && rule.each);
}

const typeMetadata = (dto: Type, property: string) =>
  defaultMetadataStorage.findTypeMetadata(dto, property) as
    | { typeFunction?: () => unknown; reflectedType?: unknown; options?: { discriminator?: unknown } }
    | undefined;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
