/**
 * Every code that an answer's `detail` can carry, with its status and the sentence that goes with it.
 * Clients act on the code alone; the sentence is for people.
 */
export const ERROR_TABLE = {
  LOGIN_BAD_CREDENTIALS: [400, 'These credentials are not right.'],
  LOGIN_USER_NOT_VERIFIED: [400, 'Confirm your e-mail address before you log in.'],
  REGISTER_USER_ALREADY_EXISTS: [400, 'A user with this identifier already exists.'],
  REGISTER_INVALID_PASSWORD: [400, 'This password cannot be used.'],
  VERIFY_USER_BAD_TOKEN: [400, 'This verification token is not valid, or not any more.'],
  VERIFY_USER_ALREADY_VERIFIED: [400, 'This user is verified already.'],
  RESET_PASSWORD_BAD_TOKEN: [400, 'This reset token is not valid, or not any more.'],
  RESET_PASSWORD_INVALID_PASSWORD: [400, 'This password cannot be used.'],
  UPDATE_USER_EMAIL_ALREADY_EXISTS: [400, 'Another user has this e-mail address.'],
  UPDATE_USER_INVALID_PASSWORD: [400, 'This password cannot be used.'],
  ACCESS_TOKEN_DECODE_ERROR: [400, 'This login was not begun here. Begin it again.'],
  ACCESS_TOKEN_ALREADY_EXPIRED: [400, 'This login took too long. Begin it again.'],
  OAUTH_INVALID_STATE: [400, 'This login was not begun in this browser, or is over. Begin it again.'],
  OAUTH_INVALID_CODE: [400, 'This code is not valid, or not any more.'],
  OAUTH_NOT_AVAILABLE_EMAIL: [400, 'The provider tells no e-mail address that can be used.'],
  OAUTH_USER_ALREADY_EXISTS: [400, 'A user with this e-mail address or this account already exists.'],
  OAUTH_PROVIDER_ERROR: [400, 'The provider refused the login.'],
  OAUTH_PROVIDER_UNAVAILABLE: [502, 'The provider does not answer.'],
  CROSS_ORIGIN_REQUEST: [403, 'A page of another origin may not do this.'],
  REAUTHENTICATION_REQUIRED: [403, 'Log in again, or send your current password, to change this.'],
  SELF_DELETION: [403, 'Nobody deletes themselves here.'],
  TOO_MANY_ATTEMPTS: [429, 'Too many attempts. Try again later.'],
  LAST_LOGIN_METHOD: [409, 'Without this account, the user could not log in any more.'],
  LAST_SUPERUSER: [409, 'This is the last active superuser.'],
  USER_FIELD_TAKEN: [409, 'Another user has one of these values, and it must be unique.'],
  ROLE_ALREADY_EXISTS: [409, 'A role with this name already exists.'],
  ROLE_ALREADY_ASSIGNED: [409, 'The user has this role already.'],
  ROLE_NOT_ASSIGNED: [409, 'The user does not have this role.'],
  ROLE_IN_USE: [409, 'Other records still refer to this role.'],
  USER_INACTIVE: [409, 'This user is not active.'],
  USER_IN_USE: [409, 'Other records still refer to this user.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** A stable code in an answer's `detail` (or `detail.code`, where a `reason` goes with it). */
export type UsersErrorCode = keyof typeof ERROR_TABLE;
