import { SetMetadata, type Type } from '@nestjs/common';
import type { UsersErrorCode } from './error-codes.js';

/**
 * What a value of an answer looks like: a JSON Schema, as far as answers of this library need it. `{ dto }` stands for
 * what a DTO class shows, `{ idOf }` for an id of an entity, `{ anything }` for what only the host knows.
 */
export type Shape =
  | { readonly dto: Type }
  | { readonly type: 'string' | 'integer' | 'boolean'; readonly nullable?: true; readonly format?: string }
  | { readonly type: 'array'; readonly items: Shape }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, Shape>>;
      readonly required: readonly string[];
    }
  | { readonly allOf: readonly Shape[] }
  | { readonly idOf: EntityName }
  | { readonly anything: true };

/** An entity of the host, by the name of its option. */
export type EntityName = 'user' | 'role' | 'session' | 'oauthAccount';

/** A successful answer. */
export interface AnswerDescription {
  /** One sentence. */
  says: string;
  /** `null` for the JSON value `null`. Without it, the answer has no body. */
  body?: Shape | null;
}

/**
 * A failure of one route: a code, or a status without a code and when the route answers with it. A code that means
 * something of its own at this route has a sentence about that, too. `isOfServer`: Express or Fastify answers before the
 * route is found, and the body has no `detail`.
 */
export type FailureDescription =
  | UsersErrorCode
  | { readonly code: UsersErrorCode; readonly when: string }
  | { readonly status: number; readonly when: string; readonly isOfServer?: true };

/**
 * What a route does, for a document of the API. It leaves out what the guards and the parameters of a handler tell
 * already, and what can happen on every route. No request reads it.
 */
export interface RouteDescription {
  /** Unique among all routes, and stable: generated clients take it as the name of a function. */
  id: string;
  /** One sentence without a full stop, such as "Log in". */
  summary: string;
  /** The ids in the path, by the names of their parameters. Without such a row, the answer is 404. */
  ids?: Readonly<Record<string, EntityName>>;
  /** By status. */
  answers: Readonly<Record<number, AnswerDescription>>;
  /** Default: none. */
  failures?: readonly FailureDescription[];
}

/** What a handler reads: a class of the body or of the query. */
export interface InputDescription {
  dto: Type;
  /** Other names of properties in a form body, as property to name. Default: the route reads no forms. */
  form?: Readonly<Record<string, string>>;
}

const DESCRIPTION = 'nestjs-users: description of a route';
const BODY = 'nestjs-users: body of a route';
const QUERY = 'nestjs-users: query of a route';

/** Describes a handler. */
export const Describes = (description: RouteDescription): MethodDecorator =>
  SetMetadata(DESCRIPTION, description);

/** Notes what a parameter of a handler reads. */
export function noteInput(kind: 'body' | 'query', input: InputDescription): ParameterDecorator {
  return (target, name) => {
    const handler = (target as Record<string | symbol, object>)[name as string];
    Reflect.defineMetadata(kind === 'body' ? BODY : QUERY, input, handler);
  };
}

/** The description of a handler; `undefined` for a handler of the host. */
export const descriptionOf = (handler: object): RouteDescription | undefined =>
  Reflect.getMetadata(DESCRIPTION, handler) as RouteDescription | undefined;

export const bodyOf = (handler: object): InputDescription | undefined =>
  Reflect.getMetadata(BODY, handler) as InputDescription | undefined;

export const queryOf = (handler: object): InputDescription | undefined =>
  Reflect.getMetadata(QUERY, handler) as InputDescription | undefined;

/** An object whose fields are always there, except the optional ones. */
export const objectOf = (
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
});

export const listOf = (items: Shape): Shape => ({ type: 'array', items });

/** For routes that change something only for a client who proved an identity lately. */
export const NEEDS_FRESH_LOGIN = [
  'REAUTHENTICATION_REQUIRED',
  'TOO_MANY_ATTEMPTS',
] as const satisfies FailureDescription[];

/** As {@link NEEDS_FRESH_LOGIN}, for routes of which only some changes need one. */
export const needsFreshLogin = (when: string): FailureDescription[] => [
  { code: 'REAUTHENTICATION_REQUIRED', when },
  'TOO_MANY_ATTEMPTS',
];

/** For routes whose change a hook of the host may refuse. */
export const HOOK_REFUSES: FailureDescription = { status: 403, when: 'The application refuses this.' };
