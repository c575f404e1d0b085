import { InvalidBodyError, CodedError, UsersError } from '../common/users-error.js';

/**
 * The login failed: the identifier is unknown, the password is wrong, the user is inactive, the credentials are malformed
 * or too long, or a hook refused. All have this one answer, so a client cannot tell which. In a login by a provider: the
 * user is inactive, the user is unknown and `allowRegistration` is `false`, or a hook refused.
 */
export class BadCredentialsError extends CodedError {
  constructor(cause?: unknown) {
    super('LOGIN_BAD_CREDENTIALS', { cause });
  }
}

/**
 * The password was right, or the provider named the account, but the user is not verified and `requireVerification` is
 * on. With `concealExisting`, only a login by a provider gets this code.
 */
export class UserNotVerifiedError extends CodedError {
  constructor() {
    super('LOGIN_USER_NOT_VERIFIED');
  }
}

/**
 * The user is logged in but not verified, and the route needs a verified user: with `requireVerification` every route that
 * authenticates, otherwise a route with `Authenticated({ verified: true })`.
 */
export class VerificationRequiredError extends CodedError {
  constructor() {
    super('USER_NOT_VERIFIED');
  }
}

/**
 * A user already has this identifier or address. This may be a
 * [softly deleted](../../docs/features/user-management.md#soft-deletion) user.
 */
export class UserAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('REGISTER_USER_ALREADY_EXISTS', { cause });
  }
}

/**
 * Another user already has this address or identifier. This may be a softly deleted user, or a user who took it before a
 * new address was confirmed, or before a deleted user was restored.
 */
export class EmailAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('UPDATE_USER_EMAIL_ALREADY_EXISTS', { cause });
  }
}

/**
 * Another user already has this value of a unique column. In an answer, this is a column of yours: neither the address nor
 * the identifier.
 */
export class UserNotUniqueError extends CodedError {
  /** @param property the unique property, if the database names it */
  constructor(
    cause: unknown,
    readonly property?: string,
  ) {
    super('USER_FIELD_TAKEN', { cause });
  }
}

/**
 * The token is no verification token, has expired, or is older than a change of the address, the password or the state of
 * the user. A client cannot tell which.
 */
export class BadVerifyTokenError extends CodedError {
  constructor() {
    super('VERIFY_USER_BAD_TOKEN');
  }
}

/** The token is right, but the user is already verified. */
export class AlreadyVerifiedError extends CodedError {
  constructor() {
    super('VERIFY_USER_ALREADY_VERIFIED');
  }
}

/**
 * The token is no reset token, is used up, has expired, or is older than a change of the address, the password or the
 * state of the user. A client cannot tell which.
 */
export class BadResetTokenError extends CodedError {
  constructor() {
    super('RESET_PASSWORD_BAD_TOKEN');
  }
}

/** The login is too old for this change, or `currentPassword` is wrong. */
export class ReauthenticationRequiredError extends CodedError {
  constructor() {
    super('REAUTHENTICATION_REQUIRED');
  }
}

/** An administrator wants to mail a token to an inactive user. */
export class UserInactiveError extends CodedError {
  constructor() {
    super('USER_INACTIVE');
  }
}

/** An administrator wants to delete their own account at `/users/:id`. */
export class SelfDeletionError extends CodedError {
  constructor() {
    super('SELF_DELETION');
  }
}

/** After the change, there would be no active superuser. */
export class LastSuperuserError extends CodedError {
  constructor() {
    super('LAST_SUPERUSER');
  }
}

/** The cursor is malformed, belongs to another order, or its user is gone. It is an `InvalidBodyError`. */
export class BadCursorError extends InvalidBodyError {
  constructor() {
    super([
      {
        loc: ['query', 'cursor'],
        msg: 'This cursor is not valid. Start again without a cursor.',
        type: 'cursor',
      },
    ]);
  }
}

/** There is no such user, or the id is malformed. */
export class UserNotFoundError extends UsersError {
  constructor() {
    super(404, 'There is no such user.');
  }
}

/** Rows of yours still refer to the user, so the user cannot be deleted. */
export class UserInUseError extends CodedError {
  constructor(cause?: unknown) {
    super('USER_IN_USE', { cause });
  }
}

/** A user wants to change their own address, and `currentUser.emailChange` is `false`. */
export class EmailChangeNotAllowedError extends CodedError {
  constructor() {
    super('EMAIL_CHANGE_NOT_ALLOWED');
  }
}

/** The password of a registration cannot be used. `reason` says why. */
export class InvalidRegistrationPasswordError extends CodedError {
  /** @param options `reason` is shown to the user */
  constructor(options?: { reason?: string }) {
    super('REGISTER_INVALID_PASSWORD', options);
  }
}

/** The new password in a change of a user cannot be used. `reason` says why. */
export class InvalidUpdatePasswordError extends CodedError {
  /** @param options `reason` is shown to the user */
  constructor(options?: { reason?: string }) {
    super('UPDATE_USER_INVALID_PASSWORD', options);
  }
}

/** The new password of a reset cannot be used. `reason` says why. The token is not used up. */
export class InvalidResetPasswordError extends CodedError {
  /** @param options `reason` is shown to the user */
  constructor(options?: { reason?: string }) {
    super('RESET_PASSWORD_INVALID_PASSWORD', options);
  }
}

/** Another request changed the user at the same time. */
export class UserChangedMeanwhileError extends UsersError {
  constructor() {
    super(409, 'This user was changed by another request at the same time.');
  }
}

/** The address or the identifier cannot be used: `normalizeIdentifier` does not accept it. It is an `InvalidBodyError`. */
export class InvalidIdentifierError extends InvalidBodyError {
  constructor(property: string) {
    super([
      {
        loc: ['body', property],
        msg: `This ${property} is not allowed; it may be too long, or have a character that is not allowed.`,
        type: 'identifier',
      },
    ]);
  }
}
