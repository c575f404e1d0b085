import type { SchemaObject } from '@nestjs/swagger';

/** What a rule of class-validator says of a value, from its arguments. */
type Rule = (...given: never[]) => SchemaObject;

const text = (more: SchemaObject = {}): SchemaObject => ({ type: 'string', ...more });
const ofFormat = (format: string) => () => text({ format });

/** By the name of the rule. A rule that is not here says nothing that a schema can say. */
const RULES: Readonly<Record<string, Rule>> = {
  isString: () => text(),
  isNotEmpty: () => ({ minLength: 1 }),
  minLength: (minLength: number) => text({ minLength }),
  maxLength: (maxLength: number) => text({ maxLength }),
  isLength: (minLength: number, maxLength?: number) => text({ minLength, ...(maxLength && { maxLength }) }),
  // A schema has no flags.
  matches: ({ source, flags }: RegExp) => text(/[ims]/.test(flags) ? {} : { pattern: source }),
  isEmail: ofFormat('email'),
  // A host's options decide whether an address needs its scheme.
  isUrl: () => text(),
  isUuid: ofFormat('uuid'),
  // A date without a time is one, too.
  isDateString: () => text(),
  isIso8601: () => text(),
  isDate: ofFormat('date-time'),
  isMilitaryTime: () => text({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
  isNumberString: () => text(),
  isPhoneNumber: () => text(),
  isMobilePhone: () => text(),
  isAlpha: () => text(),
  isAlphanumeric: () => text(),
  isLowercase: () => text(),
  isUppercase: () => text(),
  isJson: () => text(),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  // OpenAPI 3.0 and 3.1 write the bound of an open range in two ways, and both know a negation.
  isPositive: () => ({ minimum: 0, not: { enum: [0] } }),
  isNegative: () => ({ maximum: 0, not: { enum: [0] } }),
  min: (minimum: number) => ({ minimum }),
  max: (maximum: number) => ({ maximum }),
  isIn: (values: readonly unknown[] | (() => readonly unknown[])) => oneOf(valuesIn(values)),
  isEnum: (values: Record<string, unknown>) => oneOf(enumValues(values)),
  isObject: () => ({ type: 'object' }),
  // Rules of this library
  roleName: () => text({ minLength: 1 }),
  id: () => ({ oneOf: [{ type: 'string' }, { type: 'integer' }] }),
};

/** Rules for a list as a whole. */
const LIST_RULES: Readonly<Record<string, Rule>> = {
  isArray: () => ({}),
  arrayMinSize: (minItems: number) => ({ minItems }),
  arrayMaxSize: (maxItems: number) => ({ maxItems }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/** Whether a rule is for a list as a whole. */
export const isListRule = (name: string): boolean => Object.hasOwn(LIST_RULES, name);

/** The schema of a value that satisfies a rule; `{}` for a rule that a schema cannot say. */
export function schemaOfRule(name: string, given: readonly unknown[]): SchemaObject {
  const rule = RULES[name] ?? LIST_RULES[name];
  return rule ? rule(...(given as never[])) : {};
}

/** The schema of a value that satisfies all of the rules. */
export function schemaOfAll(schemas: readonly SchemaObject[]): SchemaObject {
  const all = Object.assign({}, ...schemas) as SchemaObject;
  return schemas.some(({ type }) => type === 'integer') ? { ...all, type: 'integer' } : all;
}

function oneOf(values: readonly unknown[]): SchemaObject {
  const types = [...new Set(values.map((value) => typeof value))];
  return { ...(types.length === 1 && { type: types[0] }), enum: [...values] as string[] };
}

const valuesIn = (values: readonly unknown[] | (() => readonly unknown[])) =>
  typeof values === 'function' ? values() : values;

/** An enum of numbers also has its names as values. */
const enumValues = (values: Record<string, unknown>): unknown[] =>
  Object.entries(values).flatMap(([name, value]) =>
    typeof values[String(value)] === 'number' && Number.isFinite(Number(name)) ? [] : [value],
  );
