import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { type FieldFault, InvalidBodyError } from '../users-error.js';
import { type Body, isBody } from './body.js';
import { withContext } from './constraints.js';
import { isTooDeep } from './depth.js';
import { sentName, validatedProperties } from './dto-properties.js';
import { spellOutNulls } from './embedded-properties.js';
import { pickNested } from './nested-properties.js';
import { isTooLong } from './too-long.js';

/**
 * Turns a request body into a valid instance of one DTO class. The constructor does all that can be done at
 * boot.
 */
export class DtoInput<T extends object> {
  private readonly fields: { sent: string; exposed: string; property: string; isOurs: boolean }[];

  /**
   * @param standard the library's class that `dto` replaces. The texts of its properties are limited in length
   * before any work on them. Only the host knows how long its own properties may be; its body parser limits
   * them.
   * @param aliases names of some properties that only this kind of body has, as property to name
   * @param context what the library's rules need to know about the application
   */
  constructor(
    private readonly dto: Type<T>,
    standard: Type = dto,
    aliases: Readonly<Record<string, string>> = {},
    private readonly context: object = {},
  ) {
    const ours = validatedProperties(standard);
    this.fields = validatedProperties(dto).map((property) => {
      const exposed = sentName(dto, property);
      const isOurs = ours.includes(property);
      return { sent: aliases[property] ?? exposed, exposed, property, isOurs };
    });
  }

  /** @throws {InvalidBodyError} with each fault under the name that the client sent */
  async read(body: unknown): Promise<T> {
    if (!isBody(body)) throw new InvalidBodyError([fault([], 'Send an object.', 'object')]);
    const known = this.pickKnown(body);
    const long = this.fields.filter(({ exposed, isOurs }) => isOurs && isTooLong(known[exposed]));
    if (long.length > 0) {
      throw new InvalidBodyError(long.map(({ sent }) => fault([sent], `${sent} is too long.`, 'maxLength')));
    }
    if (isTooDeep(known)) throw new InvalidBodyError([fault([], 'The body is nested too deeply.', 'depth')]);

    const { picked, raw } = this.pickNested(known);
    const dto = withContext(this.instantiate(picked), this.context);
    raw.restore(dto);
    const errors = await validate(dto, { forbidUnknownValues: true });
    if (errors.length > 0) throw new InvalidBodyError(errors.flatMap((error) => this.faultsOf(error, known)));
    spellOutNulls(dto);
    return dto;
  }

  private pickKnown(body: Body): Body {
    const known: Body = {};
    for (const { sent, exposed } of this.fields) {
      if (Object.hasOwn(body, sent)) known[exposed] = body[sent];
    }
    return known;
  }

  private pickNested(known: Body): ReturnType<typeof pickNested> {
    const faults: FieldFault[] = [];
    const nested = pickNested(this.dto, known, (...fields) => faults.push(fault(...fields)));
    if (faults.length > 0) throw new InvalidBodyError(faults);
    return nested;
  }

  private instantiate(known: Body): T {
    try {
      return plainToInstance(this.dto, known, { exposeUnsetFields: false });
    } catch {
      // A host's @Transform threw because it expected another type. That is the client's mistake, not a fault
      // of the server.
      throw new InvalidBodyError([fault([], 'A field has the wrong type.', 'transform')]);
    }
  }

  private faultsOf(error: ValidationError, known: Body): FieldFault[] {
    const field = this.fields.find(({ property }) => property === error.property);
    const name = field?.sent ?? error.property;
    const isMissing = field !== undefined && !Object.hasOwn(known, field.exposed);
    if (isMissing) return [fault([name], `${name} is missing.`, 'missing')];
    // class-validator's messages begin with the property's name, which may be different in JSON.
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
    // A value whose class has no rules is refused as a whole, without a property.
    const property = child.property as string | undefined;
    const name = property === undefined ? [] : [sentName(owner?.constructor ?? Object, property)];
    return faultsBelow(child, [...path, ...name]);
  });
  return [...own, ...nested];
}

const fault = (path: string[], msg: string, type: string): FieldFault => ({
  loc: ['body', ...path],
  msg,
  type,
});
