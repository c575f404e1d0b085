import { InvalidBodyError, UsersError, UsersHttpError } from '../common/users-error.js';

/** Unknown, wrong, inactive, malformed, refused by a hook: a caller cannot tell which. */
export class BadCredentialsError extends UsersError {
  constructor(cause?: unknown) {
    super('LOGIN_BAD_CREDENTIALS', { cause });
  }
}

/** The password was right, and the address is not verified yet. */
export class UserNotVerifiedError extends UsersError {
  constructor() {
    super('LOGIN_USER_NOT_VERIFIED');
  }
}

/** A user has this identifier or this address already. */
export class UserAlreadyExistsError extends UsersError {
  constructor(cause?: unknown) {
    super('REGISTER_USER_ALREADY_EXISTS', { cause });
  }
}

/** Another user has this address already. */
export class EmailAlreadyExistsError extends UsersError {
  constructor(cause?: unknown) {
    super('UPDATE_USER_EMAIL_ALREADY_EXISTS', { cause });
  }
}

/** Unknown, expired, outdated, or minted for another purpose: a caller cannot tell which. */
export class BadVerifyTokenError extends UsersError {
  constructor() {
    super('VERIFY_USER_BAD_TOKEN');
  }
}

/** The token is right, and was needed no more. */
export class AlreadyVerifiedError extends UsersError {
  constructor() {
    super('VERIFY_USER_ALREADY_VERIFIED');
  }
}

/** Unknown, spent, expired, outdated, or minted for another purpose: a caller cannot tell which. */
export class BadResetTokenError extends UsersError {
  constructor() {
    super('RESET_PASSWORD_BAD_TOKEN');
  }
}

/** The login is too long ago for this change, and no right `currentPassword` came along. */
export class ReauthenticationRequiredError extends UsersError {
  constructor() {
    super('REAUTHENTICATION_REQUIRED');
  }
}

/** What is asked for makes no sense for a user who can't log in. */
export class UserInactiveError extends UsersError {
  constructor() {
    super('USER_INACTIVE');
  }
}

/** Administrators don't delete themselves on the way. */
export class SelfDeletionError extends UsersError {
  constructor() {
    super('SELF_DELETION');
  }
}

/** Without this user, nobody could administer the application any more. */
export class LastSuperuserError extends UsersError {
  constructor() {
    super('LAST_SUPERUSER');
  }
}

/** A page can't go on from here: the cursor belongs to another order, or its user is gone. */
export class BadCursorError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['query', 'cursor'], msg: 'Start again without a cursor.', type: 'cursor' }]);
  }
}

/** No such user, or no such id at all. */
export class UserNotFoundError extends UsersHttpError {
  constructor() {
    super(404, 'There is no such user.');
  }
}

/** The user's password or state was changed by somebody else while this change was under way. */
export class UserChangedMeanwhileError extends UsersHttpError {
  constructor() {
    super(409, 'This user was changed by another request at the same time.');
  }
}

/** An identifier that `normalizeIdentifier` does not accept. */
export class InvalidIdentifierError extends InvalidBodyError {
  constructor(property: string) {
    super([{ loc: ['body', property], msg: `This ${property} cannot be used.`, type: 'identifier' }]);
  }
}
