import { CodedError, UsersError } from '../../common/users-error.js';

/** The state has no valid signature: it was forged, cut off, or made for another purpose. */
export class ForgedStateError extends CodedError {
  constructor(cause?: unknown) {
    super('ACCESS_TOKEN_DECODE_ERROR', { cause });
  }
}

/** The flow took longer than ten minutes. */
export class ExpiredStateError extends CodedError {
  constructor() {
    super('ACCESS_TOKEN_ALREADY_EXPIRED');
  }
}

/** The state was already used, or belongs to another browser, client or purpose. */
export class InvalidStateError extends CodedError {
  constructor() {
    super('OAUTH_INVALID_STATE');
  }
}

/** The provider sent no address that can be used, and an account needs one. */
export class EmailNotAvailableError extends CodedError {
  constructor() {
    super('OAUTH_NOT_AVAILABLE_EMAIL');
  }
}

/** A user already has this address or this account at the provider. */
export class OAuthUserAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('OAUTH_USER_ALREADY_EXISTS', { cause });
  }
}

/** The provider refused, or sent an answer that cannot be trusted. */
export class OAuthProviderError extends CodedError {
  constructor(cause?: unknown) {
    super('OAUTH_PROVIDER_ERROR', { cause });
  }
}

/** The provider does not answer, or answers that it is unavailable. */
export class OAuthProviderUnavailableError extends CodedError {
  constructor(cause?: unknown) {
    super('OAUTH_PROVIDER_UNAVAILABLE', { cause });
  }
}

/** The code is unknown, used, expired, or belongs to another page. A client cannot tell which. */
export class InvalidCodeError extends CodedError {
  constructor() {
    super('OAUTH_INVALID_CODE');
  }
}

/** The account is the user's last way to log in. */
export class LastLoginMethodError extends CodedError {
  constructor() {
    super('LAST_LOGIN_METHOD');
  }
}

/** The user has no such linked account, or the id is malformed. */
export class OAuthAccountNotFoundError extends UsersError {
  constructor() {
    super(404, 'There is no such linked account.');
  }
}

/** A failure of a provider, with a message that may be logged. */
export class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
}
