/**
 * Every code that an answer's `detail` can carry, with its status and its message. A client should act on the
 * code only; the message is for people and may change.
 */
export const ERROR_TABLE = {
  LOGIN_BAD_CREDENTIALS: [400, 'These credentials are wrong.'],
  LOGIN_USER_NOT_VERIFIED: [400, 'Confirm your e-mail address before you log in.'],
  REGISTER_USER_ALREADY_EXISTS: [400, 'A user with this identifier already exists.'],
  REGISTER_INVALID_PASSWORD: [400, 'This password cannot be used.'],
  VERIFY_USER_BAD_TOKEN: [400, 'This verification token is invalid or has expired.'],
  VERIFY_USER_ALREADY_VERIFIED: [400, 'This user is already verified.'],
  RESET_PASSWORD_BAD_TOKEN: [400, 'This reset token is invalid or has expired.'],
  RESET_PASSWORD_INVALID_PASSWORD: [400, 'This password cannot be used.'],
  UPDATE_USER_EMAIL_ALREADY_EXISTS: [400, 'Another user has this e-mail address or identifier.'],
  UPDATE_USER_INVALID_PASSWORD: [400, 'This password cannot be used.'],
  ACCESS_TOKEN_DECODE_ERROR: [400, 'This login did not start here. Start the login again.'],
  ACCESS_TOKEN_ALREADY_EXPIRED: [400, 'This login took too long. Start the login again.'],
  OAUTH_INVALID_STATE: [
    400,
    'This login did not start in this browser, or it has expired. Start the login again.',
  ],
  OAUTH_INVALID_CODE: [400, 'This code is invalid or has expired.'],
  OAUTH_NOT_AVAILABLE_EMAIL: [400, 'The provider sent no e-mail address that can be used.'],
  OAUTH_USER_ALREADY_EXISTS: [400, 'A user with this e-mail address or this account already exists.'],
  OAUTH_PROVIDER_ERROR: [400, 'The provider refused the login.'],
  OAUTH_PROVIDER_UNAVAILABLE: [502, 'The provider does not answer.'],
  CROSS_ORIGIN_REQUEST: [403, 'A page of another origin may not send this request.'],
  REAUTHENTICATION_REQUIRED: [403, 'To change this, log in again or send your current password.'],
  USER_NOT_VERIFIED: [403, 'Confirm your e-mail address first.'],
  EMAIL_CHANGE_NOT_ALLOWED: [403, 'The e-mail address cannot be changed here.'],
  SELF_DELETION: [403, 'You cannot delete your own account here.'],
  TOO_MANY_ATTEMPTS: [429, 'Too many attempts. Try again later.'],
  LAST_LOGIN_METHOD: [409, 'This account is the only way for the user to log in.'],
  LAST_SUPERUSER: [409, 'This is the last active superuser.'],
  USER_FIELD_TAKEN: [409, 'Another user already has one of these values, which must be unique.'],
  ROLE_ALREADY_EXISTS: [409, 'A role with this name already exists.'],
  ROLE_ALREADY_ASSIGNED: [409, 'The user already has this role.'],
  ROLE_NOT_ASSIGNED: [409, 'The user does not have this role.'],
  ROLE_IN_USE: [409, 'Other records still refer to this role.'],
  USER_INACTIVE: [409, 'This user is not active.'],
  USER_IN_USE: [409, 'Other records still refer to this user.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** A stable code in an answer's `detail`, or in `detail.code` if the answer also has a `reason`. */
export type UsersErrorCode = keyof typeof ERROR_TABLE;
