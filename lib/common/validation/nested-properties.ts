import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { type Body, isBody } from './body.js';
import { rulesOf, sentName, validatedProperties } from './dto-properties.js';

/** What a DTO class declares, by names in JSON. */
interface Declared {
  names: string[];
  nested: NestedProperty[];
}

/** A property whose value is read by a DTO class of its own, which `@Type()` names. */
interface NestedProperty {
  name: string;
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
  const nested = declaredBy(dto).nested.filter(({ name }) => Object.hasOwn(body, name));
  if (nested.length === 0) return body;
  const picked = { ...body };
  for (const { name, dto: part, takesLists } of nested) {
    const here = [...path, name];
    const value = body[name];
    const pick = (each: unknown): unknown =>
      isBody(each) ? pickNested(part, pickDeclared(part, each), refuse, here) : each;
    if (Array.isArray(value) && !takesLists) refuse(here);
    picked[name] = Array.isArray(value) ? value.map(pick) : pick(value);
  }
  return picked;
}

function pickDeclared(dto: Type, body: Body): Body {
  const names = declaredBy(dto).names.filter((name) => Object.hasOwn(body, name));
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

const remembered = new WeakMap<Type, Declared>();

/** Not at boot: `@Type()` may name a class of a file that is still being loaded. */
function declaredBy(dto: Type): Declared {
  const known = remembered.get(dto);
  if (known) return known;
  const properties = validatedProperties(dto);
  const nested = properties.flatMap((property): NestedProperty[] => {
    const part = nestedClass(dto, property);
    if (!part || validatedProperties(part).length === 0) return [];
    return [{ name: sentName(dto, property), dto: part, takesLists: mayBeList(dto, property) }];
  });
  const declared = { names: properties.map((property) => sentName(dto, property)), nested };
  remembered.set(dto, declared);
  return declared;
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
  return rulesOf(dto).some((rule) => rule.propertyName === property && rule.each);
}

const typeMetadata = (dto: Type, property: string) =>
  defaultMetadataStorage.findTypeMetadata(dto, property) as
    | { typeFunction?: () => unknown; reflectedType?: unknown; options?: { discriminator?: unknown } }
    | undefined;
