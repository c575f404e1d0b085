import { UsersError, UsersHttpError } from '../../common/users-error.js';

/** The state's signature is not ours: it was forged, cut or made for something else. */
export class ForgedStateError extends UsersError {
  constructor(cause?: unknown) {
    super('ACCESS_TOKEN_DECODE_ERROR', { cause });
  }
}

/** The way to the provider and back took longer than ten minutes. */
export class ExpiredStateError extends UsersError {
  constructor() {
    super('ACCESS_TOKEN_ALREADY_EXPIRED');
  }
}

/** The state was used already, or belongs to another browser, another client or another purpose. */
export class InvalidStateError extends UsersError {
  constructor() {
    super('OAUTH_INVALID_STATE');
  }
}

/** The provider told no address, or none that can be used, and there is no account without one. */
export class EmailNotAvailableError extends UsersError {
  constructor() {
    super('OAUTH_NOT_AVAILABLE_EMAIL');
  }
}

/** A user has this address, or this account at the provider, already. */
export class OAuthUserAlreadyExistsError extends UsersError {
  constructor(cause?: unknown) {
    super('OAUTH_USER_ALREADY_EXISTS', { cause });
  }
}

/** The provider refused, or answered something that can't be trusted. */
export class OAuthProviderError extends UsersError {
  constructor(cause?: unknown) {
    super('OAUTH_PROVIDER_ERROR', { cause });
  }
}

/** The provider does not answer, or only that it can't. */
export class OAuthProviderUnavailableError extends UsersError {
  constructor(cause?: unknown) {
    super('OAUTH_PROVIDER_UNAVAILABLE', { cause });
  }
}

/** Unknown, used, expired, or asked for by another page: a caller cannot tell which. */
export class InvalidCodeError extends UsersError {
  constructor() {
    super('OAUTH_INVALID_CODE');
  }
}

/** Without this account, the user could not log in any more. */
export class LastLoginMethodError extends UsersError {
  constructor() {
    super('LAST_LOGIN_METHOD');
  }
}

/** No such linked account of this user, or no such id at all. */
export class OAuthAccountNotFoundError extends UsersHttpError {
  constructor() {
    super(404, 'There is no such linked account.');
  }
}

/** What went wrong with a provider, in words that may stand in a log. */
export class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
}
