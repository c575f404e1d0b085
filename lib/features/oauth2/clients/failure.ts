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

/** Error codes of openid-client and of Node. */
const CODE = /^(OAUTH_|ERR_|UND_|E[A-Z])\w{1,60}$/;

/** The error and its causes, the outermost first. */
export function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  let each = error;
  // Not `instanceof`, because an error of `fetch` may come from another realm.
  while (types.isNativeError(each) && chain.length < 8) {
    chain.push(each);
    each = each.cause;
  }
  return chain;
}

/**
 * A description for the log: known codes, and this library's own messages. Other messages may quote a secret.
 */
export function describeFailure(error: unknown): string {
  const words = causesOf(error).map((each) => {
    if (each instanceof ProviderFault) return each.message.replace(/\.$/, '');
    const { code, error: reason } = each as { code?: unknown; error?: unknown };
    const known = typeof code === 'string' && CODE.test(code) ? code : '';
    return REASONS.includes(reason as string) ? `${known} ${reason as string}` : known;
  });
  return words.filter(Boolean).join(': ') || 'for a reason that is not shown, because it may quote a secret';
}

/**
 * Whether the provider refused, as the protocol defines it. Any other failure may be caused by outdated
 * metadata.
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ResponseBodyError || error instanceof AuthorizationResponseError;

/** Whether the user cancelled the login at the provider. */
export const isDenial = (error: unknown): boolean =>
  error instanceof AuthorizationResponseError && error.error === 'access_denied';
