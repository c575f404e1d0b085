import type { BaseUser } from '../users/user.entity.js';
import { BadCredentialsError, UserNotVerifiedError } from '../users/users.errors.js';
import type { AccountsSettings } from './accounts.settings.js';

/**
 * Checks whether an authenticated user may log in.
 * @throws {BadCredentialsError} for an inactive user
 * @throws {UserNotVerifiedError} for an unverified user if `requireVerification` is on
 */
export function requireAdmitted(
  { isActive, isVerified }: BaseUser,
  { requireVerification }: AccountsSettings,
): void {
  if (!isActive) throw new BadCredentialsError();
  if (requireVerification && !isVerified) throw new UserNotVerifiedError();
}
