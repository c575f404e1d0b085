import type { Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions, DECORATORS, type SchemaObject } from '@nestjs/swagger';
import type { DescribedProperty } from './described-property.js';
import { excludedProperties, exposedProperties } from '../common/output/dto-metadata.js';
import { describeInput } from './input-schema.js';
import type { Shown } from '../module/checks/read-dto-checks.js';
import { describeOutput, describeValue } from './output-schema.js';

/** What helps a person to try a route out, by the names of the library's own fields. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  email: 'ada@example.com',
  password: 'correct horse battery staple',
  currentPassword: 'correct horse battery staple',
};

/**
 * Makes @nestjs/swagger know the properties of a DTO class that requests send, and of the classes that it nests.
 * What the host has declared itself, with `@ApiProperty()`, takes precedence.
 */
export function documentInput(dto: Type, done = new Set<Type>()): void {
  if (done.has(dto)) return;
  done.add(dto);
  for (const described of documentAll(dto, describeInput(dto))) {
    if (described.nested) documentInput(described.nested, done);
  }
}

/** As {@link documentInput}, for a class that answers show. */
export function documentOutput(shown: Shown, done = new Set<Type>()): void {
  if (done.has(shown.dto)) return;
  done.add(shown.dto);
  for (const { shows, ...described } of documentAll(shown.dto, describeOutput(shown))) {
    if (shows) documentOutput(shows, done);
    else for (const dto of valuesOf(shown.dto, described)) documentValue(dto, done);
  }
}

/** As {@link documentOutput}, for the class of a value that is no entity. */
function documentValue(dto: Type, done: Set<Type>): void {
  if (done.has(dto)) return;
  done.add(dto);
  for (const described of documentAll(dto, describeValue(dto))) {
    for (const each of valuesOf(dto, described)) documentValue(each, done);
  }
}

/** The DTO classes of a value, by `@Type()` or by what the host has declared. */
function valuesOf({ prototype }: Type, { property, nested }: DescribedProperty): Type[] {
  const { type } = declaredBy(prototype as object, property) as { type?: unknown };
  const named = [type].flat()[0];
  // @nestjs/swagger knows a function that returns a class by its name, too.
  const isLazy = typeof named === 'function' && named.name === 'type';
  const classes = [nested, isLazy ? [(named as () => unknown)()].flat()[0] : named];
  return classes.filter(
    (each): each is Type => typeof each === 'function' && exposedProperties(each as Type).length > 0,
  );
}

/** What was documented of each class. */
const documented = new WeakMap<object, Set<string>>();

/** A class may hide what its base class shows, and give it another name or other rules. */
function documentAll<Described extends DescribedProperty>(dto: Type, all: Described[]): Described[] {
  const prototype = dto.prototype as object;
  const known = documented.get(prototype) ?? new Set();
  documented.set(prototype, known);
  for (const { property } of all) known.add(property);
  const inherited = (Reflect.getMetadata(PROPERTIES, prototype) ?? []) as string[];
  const excluded = excludedProperties(dto);
  const shown = inherited.filter((key) => {
    const property = key.slice(1);
    const isTold = Object.keys(declaredBy(prototype, property)).length > 0;
    return known.has(property) || (isTold && !excluded.includes(property));
  });
  Reflect.defineMetadata(PROPERTIES, shown, prototype);
  for (const described of all) documentProperty(dto, described);
  return all;
}

const PROPERTIES = DECORATORS.API_MODEL_PROPERTIES_ARRAY;

function documentProperty(dto: Type, described: DescribedProperty): void {
  const { property, name, isRequired, isNullable, nested, isList, schema } = described;
  const prototype = dto.prototype as object;
  const given = declaredBy(prototype, property);
  const own = declared.get(prototype) ?? new Map<string, object>();
  declared.set(prototype, own.set(property, given));
  // Otherwise @nestjs/swagger adds what it knows of the base class.
  const type: unknown = Reflect.getMetadata('design:type', prototype, property);
  Reflect.defineMetadata(DECORATORS.API_MODEL_PROPERTIES, { type, ...given }, prototype, property);
  const value = nested ? { type: () => nested, isArray: isList } : 'type' in given ? schema : typed(schema);
  const example = EXAMPLES[property];
  ApiProperty({
    ...value,
    name,
    required: isRequired,
    ...(isNullable && { nullable: true }),
    ...(example !== undefined && { example }),
    ...given,
  } as ApiPropertyOptions)(prototype, property);
}

/** @nestjs/swagger asks for a type, also of a value that may be anything. */
function typed(schema: SchemaObject): SchemaObject {
  const hasType = schema.type !== undefined || schema.oneOf !== undefined;
  return hasType ? schema : { ...schema, anyOf: [{}] };
}

/** What the host has declared, by prototype: a document may be made more than once. */
const declared = new WeakMap<object, Map<string, object>>();

/** What the host itself says of a property, at the class or at a base class. */
function declaredBy(prototype: object, property: string): object {
  for (let each = prototype; each !== Object.prototype; each = Object.getPrototypeOf(each) as object) {
    const known = declared.get(each)?.get(property);
    if (known) return known;
    const metadata = Reflect.getOwnMetadata(DECORATORS.API_MODEL_PROPERTIES, each, property) as
      { type?: unknown } | undefined;
    if (!metadata) continue;
    const { type, ...rest } = metadata;
    // `Object` is what TypeScript says of a union.
    return type === undefined || type === Object ? rest : { type, ...rest };
  }
  return {};
}
