import * as fc from 'fast-check';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Operation } from './whole-host.js';

/** A JSON Schema, as far as the document has it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

/** Values that mean something to the application, by a property's name or a format. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>;

export interface DocumentedRequest {
  method: string;
  path: string;
  query: Record<string, unknown>;
  form: boolean;
  body: unknown;
  /** Whether its last segment is another one, so that it may be a request of another operation, or of none. */
  isElsewhere: boolean;
}

/** Makes requests of what a document says of an operation, and such as differ from it. */
export class DocumentedRequests {
  constructor(
    private readonly document: OpenAPIObject,
    private readonly known: () => KnownValues,
  ) {}

  of({ method, path, parameters, requestBody }: Operation): fc.Arbitrary<DocumentedRequest> {
    const schemas = (place: string) =>
      Object.fromEntries(
        parameters
          .filter((each) => each.in === place)
          .map(({ name, schema }) => [name, this.value(schema, name)]),
      );
    const needed = (place: string) =>
      parameters.filter((each) => each.in === place && each.required).map(({ name }) => name);
    const content = Object.entries(requestBody?.content ?? {});
    const body =
      content.length === 0
        ? fc.constant({ form: false, value: undefined })
        : fc.oneof(
            ...content.map(([type, { schema }]) =>
              this.value(schema).map((value) => ({ form: type.includes('form'), value })),
            ),
          );
    const whole = fc.record({
      names: fc.record(schemas('path')),
      query: fc.record(schemas('query'), { requiredKeys: needed('query') }),
      body,
    });
    const request = whole.map(({ names, query, body: { form, value } }) => ({
      method,
      query,
      form,
      body: value,
      isElsewhere: false,
      path: path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name]))),
    }));
    const oddPath = fc.constantFrom(...ODD_IDS).map((id) => path.replace(/\{\w+\}/g, id));
    const withOddId = fc.tuple(request, oddPath).map(([each, odd]) => Object.assign(each, { path: odd }));
    return fc.oneof(
      { weight: 6, arbitrary: request },
      { weight: 4, arbitrary: request.chain(mutated) },
      { weight: path.includes('{') ? 2 : 0, arbitrary: withOddId },
    );
  }

  private value(schema: Schema, name = ''): fc.Arbitrary<unknown> {
    if (schema.$ref) return this.value(this.resolve(schema.$ref), name);
    const known = [...(this.known()[name] ?? []), ...(this.known()[schema.format ?? ''] ?? [])];
    const fresh = this.fresh(schema);
    return known.length > 0 ? fc.oneof(fc.constantFrom(...known), fresh) : fresh;
  }

  private resolve($ref: string): Schema {
    const name = $ref.split('/').at(-1) as string;
    return this.document.components?.schemas?.[name] as Schema;
  }

  private fresh(schema: Schema): fc.Arbitrary<unknown> {
    const { enum: values, oneOf, anyOf, type } = schema;
    if (values) return fc.constantFrom(...values);
    const choices = oneOf ?? anyOf;
    if (choices) return fc.oneof(...choices.map((each) => this.value(each)));
    const types = [type ?? 'any'].flat();
    return fc.oneof(...types.map((each) => this.ofType(each, schema)));
  }

  private ofType(type: string, schema: Schema): fc.Arbitrary<unknown> {
    const {
      minimum = -10,
      maximum = 1000,
      items = {},
      maxItems = 3,
      properties = {},
      required = [],
    } = schema;
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: minimum, max: maximum });
      case 'number':
        return fc.double({ min: minimum, max: maximum, noNaN: true });
      case 'array':
        return fc.array(this.value(items), { maxLength: maxItems });
      case 'object': {
        const fields = Object.entries(properties).map(
          ([name, each]) => [name, this.value(each, name)] as const,
        );
        return fc.record(Object.fromEntries(fields), { requiredKeys: required });
      }
      case 'string':
        return text(schema);
      default:
        return fc.jsonValue();
    }
  }
}

function text({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  if (format === 'email') return fc.emailAddress();
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.string({ minLength, maxLength, unit: 'grapheme' });
}

/** Ids that the server itself may refuse. */
const ODD_IDS = ['%', '%ff', '%00', 'x'.repeat(101), '0'.repeat(3000), encodeURIComponent('../me')];

const ODD = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', ' ', '\u0000', 'x'.repeat(10_000), -1, 1e21, '__proto__', '%00', "' OR 1=1 --"),
);

const segmentOf = (value: unknown): string =>
  encodeURIComponent(JSON.stringify(value).slice(0, 500).toWellFormed()) || 'x';

/** One part of the request is missing, odd, or too much. */
function mutated(request: DocumentedRequest): fc.Arbitrary<DocumentedRequest> {
  const change = fc.tuple(fc.nat(), ODD, fc.constantFrom('odd', 'missing', 'more'));
  return change.map((given) => changed(request, ...given));
}

function changed(request: DocumentedRequest, turn: number, value: unknown, how: string): DocumentedRequest {
  const parts = [request.body, request.query].filter((part) => typeof part === 'object' && part !== null);
  const place = parts[turn % (parts.length || 1)] as Record<string, unknown> | undefined;
  if (place === undefined || turn % 7 === 0) {
    return turn % 2 === 0 && request.method !== 'get'
      ? { ...request, body: value }
      : { ...request, isElsewhere: true, path: request.path.replace(/[^/]+$/, segmentOf(value)) };
  }
  const other = { ...place };
  const names = Object.keys(other);
  const name = names[turn % (names.length || 1)] ?? 'odd';
  if (how === 'missing') Reflect.deleteProperty(other, name);
  else other[how === 'odd' ? name : `more${turn % 3}`] = value;
  return place === request.body ? { ...request, body: other } : { ...request, query: other };
}
