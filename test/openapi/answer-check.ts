import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Operation } from './whole-host.js';

interface Part {
  properties?: object;
  required?: string[];
}

/** Holds answers against a document: their status, their code, and every field of their body. */
export class AnswerCheck {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenAPIObject) {
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema({ $id: 'document', components: closed(document.components) });
  }

  /** What the document does not say of this answer; empty if it says everything. */
  faultsOf({ operationId, responses }: Operation, status: number, text: string): string[] {
    const response = responses[status];
    const at = `${operationId} ${status}`;
    if (!response) return [`${at} is not documented`];
    const schema = response.content?.['application/json']?.schema;
    if (!schema) return text === '' ? [] : [`${at} has a body`];
    const body: unknown = JSON.parse(text);
    const validate = this.compiled.get(at) ?? this.ajv.compile(closed(this.merged(schema)) as object);
    this.compiled.set(at, validate);
    if (!validate(body)) return [`${at} ${text.slice(0, 300)}: ${this.ajv.errorsText(validate.errors)}`];
    const code = codeOf(body);
    return response.codes.includes(code) || status < 400 ? [] : [`${at} has the code ${code}`];
  }

  /** With the document as the place of its references, and with one object in place of the parts of one. */
  private merged(schema: object): unknown {
    const { allOf } = schema as { allOf?: (Part & { $ref?: string })[] };
    if (allOf) {
      const parts = allOf.map((part) => (part.$ref ? this.model(part.$ref) : part));
      const properties = Object.assign({}, ...parts.map((part) => part.properties)) as object;
      return this.merged({
        type: 'object',
        properties,
        required: parts.flatMap(({ required = [] }) => required),
      });
    }
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
  }

  private model($ref: string): Part {
    return this.document.components?.schemas?.[$ref.split('/').at(-1) as string] as Part;
  }
}

function codeOf(body: unknown): string | undefined {
  const { detail } = Object(body) as { detail?: unknown };
  const code = typeof detail === 'string' ? detail : (Object(detail) as { code?: string }).code;
  return code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}

/** No object has a field that the document does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema ? { ...inner, additionalProperties: false } : inner;
}
