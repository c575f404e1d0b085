import type { Type } from '@nestjs/common';
import { validatedProperties } from './dto-properties.js';
import { nestedClass } from './nested-properties.js';

/** By DTO class: the properties that are embedded objects of an entity. */
const EMBEDDED = new WeakMap<Type, Set<string>>();

/**
 * Notes which nested objects of a DTO are embedded objects of an entity, and not the value of one column.
 * @param isEmbedded whether the entity has an embedded object at this path, such as `address` or `address.place`
 */
export function noteEmbedded(dto: Type, isEmbedded: (path: string) => boolean, prefix = ''): void {
  for (const property of validatedProperties(dto)) {
    const part = nestedClass(dto, property);
    const path = prefix + property;
    if (!part || !isEmbedded(path)) continue;
    EMBEDDED.set(dto, (EMBEDDED.get(dto) ?? new Set()).add(property));
    noteEmbedded(part, isEmbedded, `${path}.`);
  }
}

/**
 * Replaces `null` in place of an embedded object by `null` for each property that its DTO class declares. The
 * columns that the class does not declare keep their values.
 */
export function spellOutNulls(dto: object): void {
  const own = dto.constructor as Type;
  const values = dto as Record<string, unknown>;
  for (const property of EMBEDDED.get(own) ?? []) {
    const value = values[property];
    if (value === null) values[property] = nullsOf(nestedClass(own, property) as Type);
    else if (typeof value === 'object') spellOutNulls(value);
  }
}

function nullsOf(part: Type): object {
  const nulls: object = Object.fromEntries(validatedProperties(part).map((property) => [property, null]));
  for (const property of EMBEDDED.get(part) ?? [])
    Object.assign(nulls, { [property]: nullsOf(nestedClass(part, property) as Type) });
  return nulls;
}
