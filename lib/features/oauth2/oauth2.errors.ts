import { CodedError, UsersError } from '../../common/users-error.js';

/**
 * The state of a [login by a provider](../../../docs/features/oauth2.md#state-and-cookie) is missing, forged, truncated, or
 * was made for something else.
 */
export class ForgedStateError extends CodedError {
  constructor(cause?: unknown) {
    super('ACCESS_TOKEN_DECODE_ERROR', { cause });
  }
}

/** The login at the provider took longer than ten minutes. */
export class ExpiredStateError extends CodedError {
  constructor() {
    super('ACCESS_TOKEN_ALREADY_EXPIRED');
  }
}

/**
 * The state is used up, or belongs to another browser, another provider or another purpose. Or the user who links the
 * account was changed in the meantime, or has logged out.
 */
export class InvalidStateError extends CodedError {
  constructor() {
    super('OAUTH_INVALID_STATE');
  }
}

/** The account at the provider is unknown, and the provider sends no address that can be used. */
export class EmailNotAvailableError extends CodedError {
  constructor() {
    super('OAUTH_NOT_AVAILABLE_EMAIL');
  }
}

/**
 * A user already has this address, and the account is
 * [not linked to this user](../../../docs/features/oauth2.md#which-user-logs-in). Or another user already has this account.
 */
export class OAuthUserAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('OAUTH_USER_ALREADY_EXISTS', { cause });
  }
}

/** The provider refused, the user cancelled there, or the provider sent an answer that cannot be trusted. */
export class OAuthProviderError extends CodedError {
  constructor(cause?: unknown) {
    super('OAUTH_PROVIDER_ERROR', { cause });
  }
}

/** The provider does not answer, or answers that it is not available. */
export class OAuthProviderUnavailableError extends CodedError {
  constructor(cause?: unknown) {
    super('OAUTH_PROVIDER_UNAVAILABLE', { cause });
  }
}

/**
 * The code is unknown, is used up, is older than a minute, or was requested by another page. Or the user was changed since,
 * or the account was removed. A client cannot tell which.
 */
export class InvalidCodeError extends CodedError {
  constructor() {
    super('OAUTH_INVALID_CODE');
  }
}

/** Without this linked account, the user could not log in any more. */
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
