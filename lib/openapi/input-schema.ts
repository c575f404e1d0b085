import type { Type } from '@nestjs/common';
import type { SchemaObject } from '@nestjs/swagger';
import { rulesOf, sentName, validatedProperties } from '../common/validation/dto-properties.js';
import { isDeclaredList, nestedClass } from '../common/validation/nested-properties.js';
import type { DescribedProperty } from './described-property.js';
import { isListRule, schemaOfAll, schemaOfRule } from './constraints.js';

type Rule = ReturnType<typeof rulesOf>[number];

/** What a request may send, from the rules of class-validator. */
export function describeInput(dto: Type): DescribedProperty[] {
  const all = rulesOf(dto);
  return validatedProperties(dto).map((property) => {
    const rules = all.filter(({ propertyName }) => propertyName === property);
    const isNested = rules.some(({ type }) => type === 'nestedValidation');
    const { schema, isList } = valueOf(rules, isDeclaredList(dto, property));
    return {
      property,
      name: sentName(dto, property),
      isRequired: !isAccepted(rules, property, undefined),
      isNullable: isAccepted(rules, property, null),
      schema,
      isList,
      nested: isNested ? nestedClass(dto, property) : undefined,
    };
  });
}

/** `@IsOptional()` and `@ValidateIf()` let a value pass before any other rule sees it. */
function isAccepted(rules: readonly Rule[], property: string, value: unknown): boolean {
  const conditions = rules.filter(({ type }) => type === 'conditionalValidation');
  return conditions.some(({ constraints: [condition] }) => {
    try {
      return !(condition as (object: object, value: unknown) => boolean)({ [property]: value }, value);
    } catch {
      // A condition of the host that looks at other properties.
      return false;
    }
  });
}

function valueOf(rules: readonly Rule[], isDeclared: boolean): { schema: SchemaObject; isList: boolean } {
  const lists = rules.filter(({ name = '' }) => isListRule(name));
  const others = rules.filter((rule) => !lists.includes(rule));
  if (lists.length === 0 && !isDeclared && !rules.some(({ each }) => each)) {
    return { schema: schemaOf(others), isList: false };
  }
  return { schema: { type: 'array', ...schemaOf(lists), items: schemaOf(others) }, isList: true };
}

const schemaOf = (rules: readonly Rule[]): SchemaObject =>
  schemaOfAll(
    rules.map(({ name = '', constraints }) => schemaOfRule(name, (constraints ?? []) as unknown[])),
  );
