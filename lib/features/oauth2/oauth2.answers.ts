import { type AnswerDescription, type FailureDescription, objectOf } from '../../common/route-description.js';

/** What a request for a provider's address answers. */
export const AUTHORIZE_ANSWERS: Record<number, AnswerDescription> = {
  200: {
    says: 'The address of the provider, for the browser.',
    body: objectOf({ authorization_url: { type: 'string', format: 'uri' } }),
  },
  302: { says: 'The way to the provider, for a browser that asks for a page.' },
};

export const AUTHORIZE_FAILURES = [
  'OAUTH_PROVIDER_ERROR',
  'OAUTH_PROVIDER_UNAVAILABLE',
] as const satisfies FailureDescription[];

/** What can go wrong where a provider sends a browser back to. */
export const CALLBACK_FAILURES = [
  'ACCESS_TOKEN_DECODE_ERROR',
  'ACCESS_TOKEN_ALREADY_EXPIRED',
  'OAUTH_INVALID_STATE',
  'OAUTH_USER_ALREADY_EXISTS',
  ...AUTHORIZE_FAILURES,
] as const satisfies FailureDescription[];

export const BACK_TO_PAGE: AnswerDescription = {
  says: 'The way back to the page of `redirect_to`, if the flow began with one. After a failure, the page gets its code as `?error=`.',
};
