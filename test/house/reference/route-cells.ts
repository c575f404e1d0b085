import { ERROR_TABLE } from '../../../lib/common/error-codes.js';
import {
  type AnswerDescription,
  type FailureDescription,
  HOOK_REFUSES,
  type InputDescription,
  type Shape,
} from '../../../lib/common/route-description.js';
import { describeInput } from '../../../lib/openapi/input-schema.js';
import { WITH_REASON } from '../../../lib/openapi/errors.js';
import type { DocumentedRoute } from './documented-hosts.js';

/** What the cells of a route say, each as lines. */
export const summaryOf = ({ description }: DocumentedRoute): string[] => [description?.summary ?? ''];

export function whoOf({ access, isOfOneBackend }: DocumentedRoute): string[] {
  if (!access.needsLogin) return ['anybody'];
  const who = [
    access.authorizes ? 'administrators' : 'users',
    ...(isOfOneBackend ? ['by a credential of this backend'] : []),
    ...(access.needsVerification ? [] : ['also those who are not verified']),
  ];
  return [who.join(', ')];
}

export function requestOf({ name, query, body, hasOwnFields }: DocumentedRoute): string[] {
  if (query) return [`query ${objectOf(fieldsOf(query.dto))}`];
  if (!body) return [];
  const fields = fieldsOf(body.dto);
  const isOptional = Object.values(fields).every((isRequired) => !isRequired);
  const line = [
    objectOf(fields),
    hasOwnFields ? ' and your own fields' : '',
    body.form ? `, or a form with ${formOf(body)}` : '',
    // A change without a body changes nothing.
    isOptional && name.startsWith('DELETE ') ? ', or no body' : '',
  ];
  return [line.join('')];
}

export const answersOf = ({ description }: DocumentedRoute): string[] =>
  Object.entries(description?.answers ?? {}).map(
    ([status, answer]) => `\`${status}\`${bodyOf(answer)}: ${answer.says}`,
  );

/** The pages tell them once, for every route. With a sentence of its own, a code is of the route. */
const OF_EVERY_ROUTE: readonly FailureDescription[] = [
  'USER_NOT_VERIFIED',
  'CROSS_ORIGIN_REQUEST',
  HOOK_REFUSES,
];

export interface Failure {
  status: number;
  /** `409 USER_INACTIVE` */
  text: string;
  /** Empty if the code says it. */
  when: string;
}

export function failuresOf({ description }: DocumentedRoute): Failure[] {
  const { ids, failures = [] } = description ?? {};
  const own = failures.filter((failure) => !OF_EVERY_ROUTE.includes(failure));
  return [...(ids ? [{ status: 404, text: '`404`', when: '' }] : []), ...own.map(failureOf)];
}

function failureOf(failure: FailureDescription): Failure {
  if (typeof failure === 'string') return failureOfCode(failure);
  const when = withinText(failure.when);
  if ('code' in failure) return { ...failureOfCode(failure.code), when };
  return { status: failure.status, text: `\`${failure.status}\``, when };
}

function failureOfCode(code: Extract<FailureDescription, string>): Failure {
  const [status] = ERROR_TABLE[code];
  return {
    status,
    text: `\`${status} ${code}\`${WITH_REASON.includes(code) ? ' with a reason' : ''}`,
    when: '',
  };
}

/** A sentence as a part of another one. */
const withinText = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');

/** By name, whether it is required. */
type Fields = Readonly<Record<string, boolean>>;

const fieldsOf = (dto: InputDescription['dto']): Fields =>
  Object.fromEntries(describeInput(dto).map(({ name, isRequired }) => [name, isRequired]));

const formOf = ({ dto, form = {} }: InputDescription): string =>
  describeInput(dto)
    .map(({ property, name }) => `\`${form[property] ?? name}\``)
    .join(' and ');

/** What a DTO class shows, the sentence of the answer names. */
function bodyOf({ body }: AnswerDescription): string {
  if (body === null) return ' `null`';
  const fields = body && fieldsIn(body);
  return fields ? ` ${objectOf(fields)}` : '';
}

const fieldsIn = (shape: Shape): Fields | undefined =>
  'properties' in shape
    ? Object.fromEntries(Object.keys(shape.properties).map((name) => [name, shape.required.includes(name)]))
    : undefined;

function objectOf(fields: Fields): string {
  const names = Object.entries(fields).map(([name, isRequired]) => `${name}${isRequired ? '' : '?'}`);
  return `\`{ ${names.join(', ')} }\``;
}
