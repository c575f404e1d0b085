import type { Type } from '@nestjs/common';
import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { type Body, isBody } from './body.js';
import { rulesOf, sentName, validatedProperties } from './dto-properties.js';
import { hasManyKeys, RawValues } from './raw-values.js';

/** Far more objects than a form has. Rules on each of a hundred thousand would stop the process for seconds. */
const MOST_OBJECTS = 500;
/** The same for values such as the names in a list. */
const MOST_ITEMS = 5000;

/** What a DTO class declares, by names in JSON. */
interface Declared {
  names: string[];
  /** The properties whose values `@Type()` gives a class. */
  typed: TypedProperty[];
  /** The properties with a rule that takes long for a long list. */
  lists: string[];
  /** The properties of which no class says what is in them. */
  raw: string[];
  /** Whether `@Transform()` of a property may read the others. */
  transforms: boolean;
}

interface TypedProperty {
  name: string;
  property: string;
  type: TypeMetadata;
  takesLists: boolean;
}

/** What the decorator `@Type()` says. */
interface TypeMetadata {
  typeFunction?: (given: object) => unknown;
  reflectedType?: unknown;
  options?: { discriminator?: Discriminator };
}

interface Discriminator {
  property: string;
  subTypes: { name: string; value: Type }[];
}

type Rule = ReturnType<typeof rulesOf>[number];

/** Called with the path of a fault. */
type Refuse = (path: string[], msg: string, type: string) => void;

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
 * @returns what class-transformer gets, and what it does not
 */
export function pickNested(dto: Type, body: Body, refuse: Refuse): { picked: Body; raw: RawValues } {
  const objects = new NestedObjects(refuse);
  return { picked: objects.pick(dto, body, []), raw: objects.raw };
}

/** The nested objects of one body. */
class NestedObjects {
  readonly raw = new RawValues();
  private left = MOST_OBJECTS;
  /** Whether `@Transform()` of the class at hand, or of one around it, may read all that is in it. */
  private isRead = false;

  constructor(private readonly refuse: Refuse) {}

  pick(dto: Type, body: Body, path: string[]): Body {
    const { typed, lists, raw, transforms } = declaredBy(dto);
    for (const name of lists) {
      const items = body[name];
      if (Array.isArray(items) && items.length > MOST_ITEMS) this.refuseLong([...path, name]);
    }
    if (this.left < 0) return body;
    const isReadAround = this.isRead;
    this.isRead ||= transforms;
    const picked = { ...body };
    for (const name of raw) {
      const value = body[name];
      if (!Object.hasOwn(body, name) || !isObject(value)) continue;
      if (this.isRead) this.requireFewKeys(value, [...path, name]);
      else picked[name] = this.raw.hide(value);
    }
    const sent = typed.filter(({ name }) => Object.hasOwn(body, name));
    for (const each of sent) picked[each.name] = this.valueOf(each, body, [...path, each.name]);
    this.isRead = isReadAround;
    return picked;
  }

  private valueOf(typed: TypedProperty, parent: Body, path: string[]): unknown {
    const value = parent[typed.name];
    if (!Array.isArray(value)) return this.pickOne(typed, parent, value, path);
    if (!typed.takesLists && this.classOf(typed, parent, undefined) !== undefined) this.refuseOther(path);
    else if (value.length > MOST_OBJECTS && value.some(isObject)) this.refuseLong(path);
    else return value.map((each, index) => this.pickOne(typed, parent, each, [...path, String(index)]));
    return undefined;
  }

  private pickOne(typed: TypedProperty, parent: Body, value: unknown, path: string[]): unknown {
    if (!isObject(value)) return value;
    const part = this.classOf(typed, parent, value);
    if (part === undefined) {
      this.requireFewKeys(value, path);
      return value;
    }
    if (part === UNKNOWN || !isBody(value)) {
      this.refuseOther(path);
      return undefined;
    }
    if (this.left-- === 0) this.refuseLong(path);
    if (this.left < 0) return undefined;
    return this.pick(part, pickDeclared(part, value, typed.type.options?.discriminator?.property), path);
  }

  /** The class of a value as class-transformer finds it; `undefined` for one without rules, such as Date. */
  private classOf(
    { type, property }: TypedProperty,
    parent: Body,
    value: unknown,
  ): Type | typeof UNKNOWN | undefined {
    const { typeFunction, options: { discriminator } = {} } = type;
    if (discriminator) {
      const name = isBody(value) ? value[discriminator.property] : undefined;
      return discriminator.subTypes.find((each) => each.name === name)?.value ?? UNKNOWN;
    }
    try {
      const named = typeFunction?.({ newObject: {}, object: parent, property });
      const hasRules = typeof named === 'function' && declaredBy(named as Type).names.length > 0;
      return hasRules ? (named as Type) : undefined;
    } catch {
      return UNKNOWN;
    }
  }

  private refuseOther(path: string[]): void {
    this.refuse(path, `${path.join('.')} must be an object.`, 'object');
  }

  private requireFewKeys(value: object, path: string[]): void {
    if (hasManyKeys(value)) this.refuse(path, `${path.join('.')} has too many fields.`, 'maxFields');
  }

  private refuseLong(path: string[]): void {
    this.refuse(path, `${path.join('.')} has too many items.`, 'maxItems');
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const UNKNOWN = Symbol('a kind of object that the DTO does not know');

function pickDeclared(dto: Type, body: Body, discriminator: string | undefined): Body {
  const declared = declaredBy(dto).names;
  const names = discriminator === undefined ? declared : [...declared, discriminator];
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]]),
  );
}

const remembered = new WeakMap<Type, Declared>();

/** Not at boot: `@Type()` may name a class of a file that is still being loaded. */
function declaredBy(dto: Type): Declared {
  const known = remembered.get(dto);
  if (known) return known;
  const properties = validatedProperties(dto);
  const declared = {
    names: properties.map((property) => sentName(dto, property)),
    typed: properties.flatMap((property): TypedProperty[] => {
      const type = typeMetadata(dto, property);
      if (!type) return [];
      return [{ name: sentName(dto, property), property, type, takesLists: takesLists(dto, property) }];
    }),
    lists: properties
      .filter((property) => hasRule(dto, property, isSlowForLists))
      .map((property) => sentName(dto, property)),
    raw: properties.filter((property) => !hasType(dto, property)).map((property) => sentName(dto, property)),
    transforms: hasTransforms(dto, properties),
  };
  remembered.set(dto, declared);
  return declared;
}

/** A rule for each item; and some compare each item with all others. */
const isSlowForLists = ({ each, name = '' }: Rule): boolean =>
  each || ['arrayUnique', 'arrayContains', 'arrayNotContains'].includes(name);

const hasTransforms = (dto: Type, properties: readonly string[]): boolean => {
  const { PLAIN_TO_CLASS } = TransformationType;
  const exposed = defaultMetadataStorage.getExposedProperties(dto, PLAIN_TO_CLASS);
  return [...properties, ...exposed].some(
    (property) => defaultMetadataStorage.findTransformMetadatas(dto, property, PLAIN_TO_CLASS).length > 0,
  );
};

/** The class that `@Type()` names for a property; `undefined` for one that depends on the value. */
export function nestedClass(dto: Type, property: string): Type | undefined {
  const { typeFunction, options } = typeMetadata(dto, property) ?? {};
  if (options?.discriminator) return undefined;
  try {
    return (typeFunction as (() => unknown) | undefined)?.() as Type | undefined;
  } catch {
    // The function may choose the class by the value, and there is no value yet.
    return undefined;
  }
}

/** Whether `@Type()` says what a property is. */
export const hasType = (dto: Type, property: string): boolean => typeMetadata(dto, property) !== undefined;

/** Whether a property is declared as a Map, for which JSON has no form. */
export const isMap = (dto: Type, property: string): boolean =>
  typeMetadata(dto, property)?.reflectedType === Map;

/** Whether a property is declared as a list. */
export const isDeclaredList = (dto: Type, property: string): boolean =>
  [Array, Set].some((type) => type === typeMetadata(dto, property)?.reflectedType);

/** Some compilers see a union such as `Link[] | null` as `Object`; a rule for lists tells then. */
const takesLists = (dto: Type, property: string): boolean =>
  isDeclaredList(dto, property) ||
  hasRule(dto, property, ({ each, name = '' }) => each || /^(isArray|array[A-Z])/.test(name));

const hasRule = (dto: Type, property: string, is: (rule: Rule) => boolean): boolean =>
  rulesOf(dto).some((rule) => rule.propertyName === property && is(rule));

const typeMetadata = (dto: Type, property: string) =>
  defaultMetadataStorage.findTypeMetadata(dto, property) as TypeMetadata | undefined;
