import { InvalidBodyError, CodedError, UsersError } from '../common/users-error.js';

/**
 * The login failed: unknown identifier, wrong password, inactive user, malformed body, or refused by a hook. A
 * client cannot tell which.
 */
export class BadCredentialsError extends CodedError {
  constructor(cause?: unknown) {
    super('LOGIN_BAD_CREDENTIALS', { cause });
  }
}

/** The password is right, but the address is not verified yet. */
export class UserNotVerifiedError extends CodedError {
  constructor() {
    super('LOGIN_USER_NOT_VERIFIED');
  }
}

/** The user is logged in, but only a verified user may do this. */
export class VerificationRequiredError extends CodedError {
  constructor() {
    super('USER_NOT_VERIFIED');
  }
}

/** A user with this identifier or address already exists. */
export class UserAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('REGISTER_USER_ALREADY_EXISTS', { cause });
  }
}

/** Another user already has this address or identifier. */
export class EmailAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('UPDATE_USER_EMAIL_ALREADY_EXISTS', { cause });
  }
}

/** Another row already has this value in a unique column. */
export class UserNotUniqueError extends CodedError {
  /** @param property the unique property, if the database names it */
  constructor(
    cause: unknown,
    readonly property?: string,
  ) {
    super('USER_FIELD_TAKEN', { cause });
  }
}

/** The token is unknown, expired, outdated, or made for another purpose. A client cannot tell which. */
export class BadVerifyTokenError extends CodedError {
  constructor() {
    super('VERIFY_USER_BAD_TOKEN');
  }
}

/** The token is valid, but the user is already verified. */
export class AlreadyVerifiedError extends CodedError {
  constructor() {
    super('VERIFY_USER_ALREADY_VERIFIED');
  }
}

/** The token is unknown, used, expired, outdated, or made for another purpose. A client cannot tell which. */
export class BadResetTokenError extends CodedError {
  constructor() {
    super('RESET_PASSWORD_BAD_TOKEN');
  }
}

/** The login is too old for this change, and the request has no correct `currentPassword`. */
export class ReauthenticationRequiredError extends CodedError {
  constructor() {
    super('REAUTHENTICATION_REQUIRED');
  }
}

/** The request makes no sense for a user who cannot log in. */
export class UserInactiveError extends CodedError {
  constructor() {
    super('USER_INACTIVE');
  }
}

/** A superuser tried to delete their own account through the administration route. */
export class SelfDeletionError extends CodedError {
  constructor() {
    super('SELF_DELETION');
  }
}

/** The change would remove the last active superuser. */
export class LastSuperuserError extends CodedError {
  constructor() {
    super('LAST_SUPERUSER');
  }
}

/** The cursor is invalid: it belongs to another order, or its user no longer exists. */
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

/** Other rows of the host still refer to the user. */
export class UserInUseError extends CodedError {
  constructor(cause?: unknown) {
    super('USER_IN_USE', { cause });
  }
}

/** `currentUser.emailChange` is `false`. */
export class EmailChangeNotAllowedError extends CodedError {
  constructor() {
    super('EMAIL_CHANGE_NOT_ALLOWED');
  }
}

/** A registration with a password that cannot be used. */
export class InvalidRegistrationPasswordError extends CodedError {
  /** @param options `reason` is shown to the user */
  constructor(options?: { reason?: string }) {
    super('REGISTER_INVALID_PASSWORD', options);
  }
}

/** A change of a user with a password that cannot be used. */
export class InvalidUpdatePasswordError extends CodedError {
  /** @param options `reason` is shown to the user */
  constructor(options?: { reason?: string }) {
    super('UPDATE_USER_INVALID_PASSWORD', options);
  }
}

/** A password reset with a password that cannot be used. The token stays valid. */
export class InvalidResetPasswordError extends CodedError {
  /** @param options `reason` is shown to the user */
  constructor(options?: { reason?: string }) {
    super('RESET_PASSWORD_INVALID_PASSWORD', options);
  }
}

/** Another request changed the user's password or state while this change was under way. */
export class UserChangedMeanwhileError extends UsersError {
  constructor() {
    super(409, 'This user was changed by another request at the same time.');
  }
}

/** An identifier that `normalizeIdentifier` does not accept. */
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
