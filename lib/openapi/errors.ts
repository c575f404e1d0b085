import type { HeaderObject, ReferenceObject, ResponseObject, SchemaObject } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import { ERROR_TABLE, type UsersErrorCode } from '../common/error-codes.js';
import type { FailureDescription } from '../common/route-description.js';

const ERROR_MODEL = 'UsersError';
const SERVER_ERROR_MODEL = 'ServerError';

/** The body of every error answer of the library. */
const ERROR_SCHEMA: SchemaObject = {
  type: 'object',
  description: 'A client acts on `statusCode` and on the code in `detail`; `message` is for people.',
  required: ['statusCode', 'error', 'message', 'detail'],
  properties: {
    statusCode: { type: 'integer' },
    error: { type: 'string', description: 'The status in words.' },
    message: { type: 'string' },
    detail: {
      oneOf: [
        { type: 'string', description: 'A code, or the status in words.' },
        {
          type: 'object',
          description: 'A code, and why.',
          required: ['code', 'reason'],
          properties: { code: { type: 'string' }, reason: { type: 'string' } },
        },
        {
          type: 'array',
          description: 'The faults of the request.',
          items: {
            type: 'object',
            required: ['loc', 'msg', 'type'],
            properties: {
              loc: { type: 'array', items: { type: 'string' } },
              msg: { type: 'string' },
              type: { type: 'string' },
            },
          },
        },
      ],
    },
  },
};

/** The body of an error answer of Express or Fastify. */
const SERVER_ERROR_SCHEMA: SchemaObject = {
  type: 'object',
  description: 'The server refused the path before it looked for the route.',
  required: ['statusCode', 'error', 'message'],
  properties: {
    statusCode: { type: 'integer' },
    error: { type: 'string', description: 'The status in words.' },
    message: { type: 'string' },
    code: { type: 'string', description: 'The code of the server.' },
  },
};

export const ERROR_MODELS: Readonly<Record<string, SchemaObject>> = {
  [ERROR_MODEL]: ERROR_SCHEMA,
  [SERVER_ERROR_MODEL]: SERVER_ERROR_SCHEMA,
};

/** With a reason of the host's rules for passwords. */
export const WITH_REASON: readonly UsersErrorCode[] = [
  'REGISTER_INVALID_PASSWORD',
  'UPDATE_USER_INVALID_PASSWORD',
  'RESET_PASSWORD_INVALID_PASSWORD',
];

const header = (description: string, type: string): HeaderObject => ({ description, schema: { type } });

const HEADERS: Readonly<Record<number, Record<string, HeaderObject>>> = {
  401: { 'WWW-Authenticate': header('The schemes by which a user can be logged in.', 'string') },
  429: { 'Retry-After': header('The seconds after which a client may try again.', 'integer') },
  503: { 'Retry-After': header('The seconds after which a client may try again.', 'integer') },
};

interface Example {
  name: string;
  status: number;
  message: string;
  /** The message, and what it does not say of this route. */
  says: string;
  /** Without one, the body is the server's. */
  detail?: unknown;
}

/** The failures of a route as answers, by status. */
export function errorResponses(failures: readonly FailureDescription[]): Map<number, ResponseObject> {
  const byStatus = new Map<number, Example[]>();
  for (const example of failures.map(exampleOf)) {
    const others = byStatus.get(example.status) ?? [];
    if (others.some(({ name, says }) => name === example.name && says === example.says)) continue;
    byStatus.set(example.status, [...others, example]);
  }
  return new Map([...byStatus].map(([status, examples]) => [status, responseOf(status, examples)]));
}

function exampleOf(failure: FailureDescription): Example {
  if (typeof failure === 'string') return exampleOfCode(failure);
  if ('code' in failure) {
    const example = exampleOfCode(failure.code);
    return { ...example, says: `${example.message} ${failure.when}` };
  }
  const { status, when, isOfServer } = failure;
  const words = STATUS_CODES[status] ?? 'Error';
  if (isOfServer) return { name: `${words}, by the server`, status, message: when, says: when };
  const detail =
    status === 422 ? [{ loc: ['body', 'email'], msg: 'email is missing.', type: 'missing' }] : words;
  return { name: words, status, message: when, says: when, detail };
}

function exampleOfCode(code: UsersErrorCode): Example {
  const [status, message] = ERROR_TABLE[code];
  const detail = WITH_REASON.includes(code) ? { code, reason: message } : code;
  return { name: code, status, message, says: message, detail };
}

function responseOf(status: number, examples: readonly Example[]): ResponseObject {
  // What has no code has one name for each status, and one example is enough.
  const named = examples.filter(
    ({ name }, index) => examples.findIndex((each) => each.name === name) === index,
  );
  const bodies = named.map(({ name, message, says, detail }) => {
    const more = detail === undefined ? {} : { detail };
    const value = { statusCode: status, error: STATUS_CODES[status], message, ...more };
    return [name, { summary: says, value }] as const;
  });
  return {
    description: examples.map(({ says }) => says).join(' '),
    ...(HEADERS[status] && { headers: HEADERS[status] }),
    content: {
      'application/json': {
        schema: schemaOf(examples),
        examples: Object.fromEntries(bodies),
      },
    },
  };
}

function schemaOf(examples: readonly Example[]): SchemaObject | ReferenceObject {
  const models = new Set(
    examples.map(({ detail }) => (detail === undefined ? SERVER_ERROR_MODEL : ERROR_MODEL)),
  );
  const references = [...models].map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const [only, another] = references;
  return only && !another ? only : { anyOf: references };
}
