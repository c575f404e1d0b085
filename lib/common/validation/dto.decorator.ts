import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import type { HttpRequest } from '../http.js';
import { type InputDescription, noteInput } from '../route-description.js';
import { isForm, jsonBody } from './body.js';
import { InvalidBodyError } from '../users-error.js';
import { DtoInput } from './dto-input.js';
import { sentName, validatedProperties } from './dto-properties.js';

/**
 * The type of a `@Dto()` parameter. It hides the class from the parameter's metadata, so that a host's
 * ValidationPipe does not validate the instance again with its own settings.
 */
export type Sent<T> = T;

/** A host's global pipes get this function and leave it alone. The body is read after them. */
type Request = () => HttpRequest;

const RequestParam = createParamDecorator(
  (_: unknown, context: ExecutionContext): Request =>
    () =>
      context.switchToHttp().getRequest<HttpRequest>(),
);

/**
 * The JSON body as a valid instance of `dto`. Otherwise the answer is `415` or `422`.
 * @param standard the library's class that `dto` replaces, if `dto` is the host's
 * @param context what the library's rules need to know about the application
 */
export function Dto<T extends object>(
  dto: Type<T>,
  standard: Type = dto,
  context: object = {},
): ParameterDecorator {
  const input = new DtoInput(dto, standard, {}, context);
  return reading('body', { dto }, (request) => input.read(jsonBody(request)));
}

/** As {@link Dto}, but also reads a form body, in which `property` is named `username` (RFC 6749 §4.3.2). */
export function FormOrJsonDto<T extends object>(
  dto: Type<T>,
  property: string,
  standard: Type = dto,
): ParameterDecorator {
  const json = new DtoInput(dto, standard);
  const aliases = { [property]: 'username' };
  const form = new DtoInput(dto, standard, aliases);
  return reading('body', { dto, form: aliases }, (request) =>
    isForm(request) ? form.read(request.body) : json.read(jsonBody(request)),
  );
}

/** The most unknown parameters that an answer names. A client mistypes one or two. */
const MOST_NAMED = 5;

/**
 * The query's parameters as a valid instance of `dto`. An unknown parameter is answered with `422`, because a
 * mistyped filter would otherwise have no effect.
 */
export function QueryDto<T extends object>(dto: Type<T>): ParameterDecorator {
  const input = new DtoInput(dto);
  const known = validatedProperties(dto).map((property) => sentName(dto, property));
  const read = async ({ query = {} }: HttpRequest): Promise<object> => {
    const unknown = Object.keys(query).filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      const msg = `The parameters are ${known.join(', ')}.`;
      const named = unknown.slice(0, MOST_NAMED);
      throw new InvalidBodyError(named.map((name) => ({ loc: ['query', name], msg, type: 'unknown' })));
    }
    return input.read(query).catch((error: unknown) => {
      throw error instanceof InvalidBodyError ? inQuery(error) : error;
    });
  };
  return reading('query', { dto }, read);
}

const inQuery = ({ faults }: InvalidBodyError) =>
  new InvalidBodyError(faults.map((fault) => ({ ...fault, loc: ['query', ...fault.loc.slice(1)] })));

function reading(
  kind: 'body' | 'query',
  input: InputDescription,
  read: (request: HttpRequest) => Promise<object>,
): ParameterDecorator {
  const pipe: PipeTransform<Request> = { transform: (request) => read(request()) };
  return (target, name, index) => {
    noteInput(kind, input)(target, name, index);
    RequestParam(pipe)(target, name, index);
  };
}
