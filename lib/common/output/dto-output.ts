import type { Type } from '@nestjs/common';
import {
  computedProperties,
  excludedProperties,
  exposedProperties,
  hasTypeDecorator,
  isExcluded,
  shownName,
  type Transform,
  transformsOf,
  typeOf,
} from './dto-metadata.js';

interface Field {
  property: string;
  /** The name in JSON. */
  name: string;
  /** Whether a getter or a method of the DTO computes the value. */
  isComputed: boolean;
  transforms: Transform[];
  isTyped: boolean;
  /** Whether the value is only copied, without any of these. That is true of most fields and much faster. */
  isCopied: boolean;
}

type Source = Record<string, unknown>;

/**
 * Writes an entity with only the fields that a read DTO exposes, by the decorators of class-transformer.
 * class-transformer's own `instanceToPlain` empties every object without `@Type()`, for example JSON columns
 * and embedded objects.
 */
export class DtoOutput {
  private static readonly known = new WeakMap<object, DtoOutput>();

  private readonly fields: Field[];
  /**
   * Whether getters, methods or `@Transform()` need an instance of the DTO. A DTO that only renames needs none.
   */
  private readonly needsObject: boolean;
  private readonly computed: ReadonlyMap<string, PropertyDescriptor>;

  constructor(private readonly dto: Type) {
    this.computed = computedProperties(dto);
    this.fields = exposedProperties(dto).flatMap((property) => {
      const name = shownName(dto, property);
      return name === undefined ? [] : [this.field(property, name)];
    });
    this.needsObject = this.fields.some(({ isComputed, transforms }) => isComputed || transforms.length > 0);
  }

  /** One instance for each class that is nested in another. */
  static of(dto: Type): DtoOutput {
    const output = DtoOutput.known.get(dto) ?? new DtoOutput(dto);
    DtoOutput.known.set(dto, output);
    return output;
  }

  write(entity: object): Record<string, unknown> {
    const source = entity as Source;
    const object = this.needsObject ? this.objectOf(source) : source;
    const plain: Record<string, unknown> = {};
    for (const field of this.fields) {
      plain[field.name] = field.isCopied ? asItIs(source[field.property]) : this.value(field, source, object);
    }
    return plain;
  }

  private field(property: string, name: string): Field {
    const isComputed = this.computed.has(property);
    const transforms = transformsOf(this.dto, property);
    const isTyped = hasTypeDecorator(this.dto, property);
    const isCopied = !isComputed && !isTyped && transforms.length === 0;
    return { property, name, isComputed, transforms, isTyped, isCopied };
  }

  private value(
    { property, isComputed, transforms, isTyped }: Field,
    source: Source,
    object: Source,
  ): unknown {
    let value = isComputed ? computedValue(object, property) : storedValue(source, property);
    for (const transform of transforms) value = transform({ value, key: property, obj: object });
    return isTyped ? typed(value, typeOf(this.dto, property, object)) : asItIs(value);
  }

  /** An instance of the DTO's class with the entity's properties, also the entity's getters. */
  private objectOf(source: Source): Source {
    const object = Object.create(this.dto.prototype as object) as Source;
    for (const name of Object.keys(source)) {
      if (!this.computed.has(name)) object[name] = source[name];
    }
    for (const name of gettersOf(source)) {
      if (this.computed.has(name)) continue;
      Object.defineProperty(object, name, { get: () => source[name], enumerable: true, configurable: true });
    }
    return object;
  }
}

/**
 * What a read DTO shows of an entity, as the routes of this library do: for a controller of the host's own.
 * @param dto a class with `@Expose()`, such as the one of `dtos.read`
 * @returns a plain object with the names of JSON; a list of them for a list
 */
export function serializeAs(dto: Type, entities: readonly object[]): Record<string, unknown>[];
export function serializeAs(dto: Type, entity: object): Record<string, unknown>;
export function serializeAs(dto: Type, given: object | readonly object[]): object {
  if (typeof given !== 'object' || given === null || isThenable(given)) {
    throw new TypeError('serializeAs() needs a loaded object, or a list of them: await the promise first.');
  }
  const output = DtoOutput.of(dto);
  return Array.isArray(given) ? given.map((each: object) => output.write(each)) : output.write(given);
}

function computedValue(object: Source, property: string): unknown {
  const value = object[property];
  return typeof value === 'function' ? (value.call(object) as unknown) : value;
}

/** Reading a lazy relation would load it. TypeORM makes such properties non-enumerable. */
function storedValue(source: Source, property: string): unknown {
  const isLazy =
    Object.hasOwn(source, property) && !Object.prototype.propertyIsEnumerable.call(source, property);
  const value = isLazy ? undefined : source[property];
  return typeof value === 'function' ? undefined : value;
}

const gettersByPrototype = new WeakMap<object, string[]>();

function gettersOf(source: object): string[] {
  const prototype = Object.getPrototypeOf(source) as object | null;
  if (!prototype) return [];
  const known = gettersByPrototype.get(prototype);
  if (known) return known;
  const computed = [...computedProperties({ prototype })];
  const getters = computed.filter(([, descriptor]) => 'get' in descriptor).map(([name]) => name);
  gettersByPrototype.set(prototype, getters);
  return getters;
}

/**
 * A value as `@Type()` declares it. If the declared class is unknown, the value's own class decides what is
 * shown.
 */
function typed(value: unknown, type: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (each) => typed(each, type));
  if (value instanceof Map)
    return Object.fromEntries(Array.from(value, ([key, each]) => [key, typed(each, type)]));
  if (type === String || type === Number || type === Boolean)
    return (type as (value: unknown) => unknown)(value);
  if (type === Date) return new Date(value as Date);
  if (type === Buffer || type === Object) return asItIs(value);
  if (typeof value !== 'object' || isThenable(value)) return value;
  const dto = typeof type === 'function' ? (type as Type) : classOf(value);
  return dto ? DtoOutput.of(dto).write(value) : {};
}

/**
 * A value without `@Type()`, as `JSON.stringify` would write it. An object whose class has class-transformer
 * decorators is written by them instead.
 */
function asItIs(value: unknown): unknown {
  // `JSON.stringify` throws for a BigInt. It becomes text, as drivers return large integers.
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date || isThenable(value)) return value;
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, asItIs);
  if (value instanceof Map)
    return Object.fromEntries(Array.from(value, ([key, each]) => [key, asItIs(each)]));
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return toJSON.call(value) as unknown;

  const type = classOf(value);
  if (type && (isExcluded(type) || exposedProperties(type).length > 0))
    return DtoOutput.of(type).write(value);
  const hidden = type ? excludedProperties(type) : [];
  const shown = Object.entries(value).filter(([key]) => !hidden.includes(key));
  return Object.fromEntries(shown.map(([key, each]) => [key, asItIs(each)]));
}

/** Reads the prototype, not the property `constructor`, which a value from a JSON column may have. */
function classOf(value: object): Type | undefined {
  const prototype = Object.getPrototypeOf(value) as { constructor: Type } | null;
  return prototype === null || prototype === Object.prototype ? undefined : prototype.constructor;
}

const isThenable = (value: object): boolean => typeof (value as { then?: unknown }).then === 'function';
