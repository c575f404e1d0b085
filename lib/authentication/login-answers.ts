import type { Type } from '@nestjs/common';
import {
  type AnswerDescription,
  type FailureDescription,
  objectOf,
  type Shape,
} from '../common/route-description.js';
import type { BackendOptions } from './backend.options.js';

/** OAuth2's token response (RFC 6749 §5.1). */
const TOKEN = {
  access_token: { type: 'string' },
  token_type: { type: 'string' },
  expires_in: { type: 'integer' },
} as const satisfies Record<string, Shape>;

/**
 * What a login by a backend answers.
 * @param readDto what the answer shows of the user; without it, nothing
 */
export function loginAnswers(
  { transport }: BackendOptions,
  readDto?: Type,
): Record<number, AnswerDescription> {
  const user: Record<string, Shape> = readDto ? { user: { dto: readDto } } : {};
  const says = 'The user is logged in.';
  if (typeof transport === 'function') {
    // Only the host's own class knows what it delivers.
    const answer: AnswerDescription = { says, body: { anything: true } };
    return readDto ? { 200: answer } : { 200: answer, 204: { says } };
  }
  if (transport.kind === 'bearer') return { 200: { says, body: objectOf({ ...TOKEN, ...user }) } };
  return readDto ? { 200: { says, body: objectOf(user) } } : { 204: { says } };
}

/** What can go wrong in the second half of a login. */
export const LOGIN_FAILURES = [
  'LOGIN_BAD_CREDENTIALS',
  'LOGIN_USER_NOT_VERIFIED',
] as const satisfies FailureDescription[];

/** A page of another origin may not log a browser in. */
export function originFailures({ transport }: BackendOptions): FailureDescription[] {
  const checks =
    typeof transport === 'function'
      ? 'checkOrigin' in (transport.prototype as object)
      : transport.kind === 'cookie';
  return checks ? ['CROSS_ORIGIN_REQUEST'] : [];
}
