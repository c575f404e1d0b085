import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, validate, type ValidationError } from 'class-validator';
import { type FieldFault, InvalidBodyError } from '../users-error.js';
import { isTooDeep } from './depth.js';

type Body = Record<string, unknown>;

/** The properties of a DTO class that class-validator knows; nothing else of a body is ever looked at. */
export function validatedProperties(dto: Type): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  return [...new Set(rules.map((rule) => rule.propertyName))];
}

/** The name that a property has in JSON: its own, or that of `@Expose({ name })`. */
export const sentName = (dto: object, property: string): string =>
  defaultMetadataStorage.findExposeMetadata(dto as Type, property)?.options.name ?? property;

/** Turns a request body into a valid instance of one DTO class. What can be known at boot is worked out once. */
export class DtoInput<T extends object> {
  private readonly fields: { sent: string; exposed: string; property: string }[];

  /** @param aliases names that some properties have in this kind of body alone, as property to name */
  constructor(
    private readonly dto: Type<T>,
    aliases: Readonly<Record<string, string>> = {},
  ) {
    this.fields = validatedProperties(dto).map((property) => {
      const exposed = sentName(dto, property);
      return { sent: aliases[property] ?? exposed, exposed, property };
    });
  }

  /** @throws {InvalidBodyError} naming each fault by the name that the client used */
  async read(body: unknown): Promise<T> {
    if (!isObject(body)) throw new InvalidBodyError([fault([], 'Send an object.', 'object')]);
    const known = this.pickKnown(body);
    if (isTooDeep(known)) throw new InvalidBodyError([fault([], 'The body is nested too deeply.', 'depth')]);

    const dto = this.instantiate(known);
    const errors = await validate(dto, { forbidUnknownValues: true });
    if (errors.length > 0) throw new InvalidBodyError(errors.flatMap((error) => this.faultsOf(error, known)));
    return dto;
  }

  private pickKnown(body: Body): Body {
    const known: Body = {};
    for (const { sent, exposed } of this.fields) {
      if (Object.hasOwn(body, sent)) known[exposed] = body[sent];
    }
    return known;
  }

  private instantiate(known: Body): T {
    try {
      return plainToInstance(this.dto, known, { exposeUnsetFields: false });
    } catch {
      // A host's @Transform that expected another type: the client's mistake, not a fault of the server.
      throw new InvalidBodyError([fault([], 'A field has the wrong type.', 'transform')]);
    }
  }

  private faultsOf(error: ValidationError, known: Body): FieldFault[] {
    const field = this.fields.find(({ property }) => property === error.property);
    const name = field?.sent ?? error.property;
    const isMissing = field !== undefined && !Object.hasOwn(known, field.exposed);
    if (isMissing) return [fault([name], `${name} is missing.`, 'missing')];
    // class-validator's sentences begin with the property, which may have another name in JSON.
    const faults = faultsBelow(error, [name]);
    return faults.map(({ loc, msg, type }) => ({
      loc,
      msg: msg.replace(`${error.property} `, `${name} `),
      type,
    }));
  }
}

function faultsBelow(error: ValidationError, path: string[]): FieldFault[] {
  const own = Object.entries(error.constraints ?? {}).map(([type, msg]) => fault(path, msg, type));
  const nested = (error.children ?? []).flatMap((child) => {
    const owner = error.value as object | undefined;
    return faultsBelow(child, [...path, sentName(owner?.constructor ?? Object, child.property)]);
  });
  return [...own, ...nested];
}

const fault = (path: string[], msg: string, type: string): FieldFault => ({
  loc: ['body', ...path],
  msg,
  type,
});

const isObject = (body: unknown): body is Body =>
  typeof body === 'object' && body !== null && !Array.isArray(body);
