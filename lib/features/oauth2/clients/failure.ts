import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { types } from 'node:util';
import { ProviderFault } from '../oauth2.errors.js';

/** RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, OpenID Connect Core 1.0 §3.1.2.6. */
const REASONS = [
  ...[
    'invalid_request',
    'unauthorized_client',
    'access_denied',
    'unsupported_response_type',
    'invalid_scope',
  ],
  ...['server_error', 'temporarily_unavailable', 'invalid_client', 'invalid_grant', 'unsupported_grant_type'],
  ...['invalid_token', 'insufficient_scope', 'interaction_required', 'login_required', 'consent_required'],
];

/** Of openid-client and of Node. */
const CODE = /^(OAUTH_|ERR_|UND_|E[A-Z])\w{1,60}$/;

/** The error, and what it was caused by, from the outside in. */
export function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  let each = error;
  // Not by `instanceof`: what `fetch` throws may come from another realm.
  while (types.isNativeError(each) && chain.length < 8) {
    chain.push(each);
    each = each.cause;
  }
  return chain;
}

/** What helps whoever set a client up: known codes, and sentences of our own. What others write may quote a secret. */
export function describeFailure(error: unknown): string {
  const words = causesOf(error).map((each) => {
    if (each instanceof ProviderFault) return each.message.replace(/\.$/, '');
    const { code, error: reason } = each as { code?: unknown; error?: unknown };
    const known = typeof code === 'string' && CODE.test(code) ? code : '';
    return REASONS.includes(reason as string) ? `${known} ${reason as string}` : known;
  });
  return words.filter(Boolean).join(': ') || 'for a reason that is not shown, as it may quote a secret';
}

/** Whether the provider said no, as the protocol has it; anything else may come of what it told of itself before. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ResponseBodyError || error instanceof AuthorizationResponseError;

/** Whether the person at the provider changed their mind. */
export const isDenial = (error: unknown): boolean =>
  error instanceof AuthorizationResponseError && error.error === 'access_denied';
