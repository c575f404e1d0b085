import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import type { HttpRequest } from '../http.js';
import { isForm, jsonBody } from './body.js';
import { InvalidBodyError } from '../users-error.js';
import { DtoInput, sentName, validatedProperties } from './dto-input.js';

/**
 * What a handler declares for a `@Dto()` parameter: the instance, under a name that leaves no class in
 * the parameter's metadata, or a host's ValidationPipe would validate it by its own settings.
 */
export type Sent<T> = T;

/** A host's global pipes see this function and leave it alone; the body is read behind it. */
type Request = () => HttpRequest;

const RequestParam = createParamDecorator(
  (_: unknown, context: ExecutionContext): Request =>
    () =>
      context.switchToHttp().getRequest<HttpRequest>(),
);

/** The JSON body as a valid instance of `dto`; otherwise the answer is `415` or `422`. */
export function Dto<T extends object>(dto: Type<T>): ParameterDecorator {
  const input = new DtoInput(dto);
  return RequestParam(pipe((request) => input.read(jsonBody(request))));
}

/** As {@link Dto}, or a form body that names the property `property` `username` (RFC 6749 §4.3.2). */
export function FormOrJsonDto<T extends object>(dto: Type<T>, property: string): ParameterDecorator {
  const json = new DtoInput(dto);
  const form = new DtoInput(dto, { [property]: 'username' });
  return RequestParam(
    pipe((request) => (isForm(request) ? form.read(request.body) : json.read(jsonBody(request)))),
  );
}

/** The query's parameters as a valid instance of `dto`; an unknown one is `422`, or a mistyped filter would filter nothing. */
export function QueryDto<T extends object>(dto: Type<T>): ParameterDecorator {
  const input = new DtoInput(dto);
  const known = validatedProperties(dto).map((property) => sentName(dto, property));
  const read = async ({ query = {} }: HttpRequest): Promise<object> => {
    const unknown = Object.keys(query).filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      const msg = `There are ${known.join(', ')}.`;
      throw new InvalidBodyError(unknown.map((name) => ({ loc: ['query', name], msg, type: 'unknown' })));
    }
    return input.read(query).catch((error: unknown) => {
      throw error instanceof InvalidBodyError ? inQuery(error) : error;
    });
  };
  return RequestParam(pipe(read));
}

const inQuery = ({ faults }: InvalidBodyError) =>
  new InvalidBodyError(faults.map((fault) => ({ ...fault, loc: ['query', ...fault.loc.slice(1)] })));

const pipe = (read: (request: HttpRequest) => Promise<object>): PipeTransform<Request> => ({
  transform: (request) => read(request()),
});
