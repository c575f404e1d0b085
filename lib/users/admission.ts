import type { HttpRequest } from '../common/http.js';
import type { HookRunner } from './hook-runner.js';
import type { BaseUser } from './user.entity.js';
import { BadCredentialsError, UserNotVerifiedError } from './users.errors.js';
import type { LoginAttempt, UsersHooks } from './users.hooks.js';
import type { UsersSettings } from './users.settings.js';

/** Why the host's `preLoginHook` refuses this login; `undefined` if it does not. */
export function preLoginRefusal<User extends BaseUser>(
  service: UsersHooks<User>,
  hooks: HookRunner,
  attempt: LoginAttempt,
  request: HttpRequest | undefined,
): Promise<Error | undefined> {
  const hook = async () => {
    if ((await service.preLoginHook(attempt, request)) === false) throw new BadCredentialsError();
  };
  return hooks.refusal('preLoginHook', hook, (cause) => new BadCredentialsError(cause));
}

/**
 * After whoever logs in has proved who they are.
 * @throws {BadCredentialsError} for an inactive user
 * @throws {UserNotVerifiedError} where `requireVerification` is on
 */
export function requireAdmitted(
  { isActive, isVerified }: BaseUser,
  { requireVerification }: UsersSettings,
): void {
  if (!isActive) throw new BadCredentialsError();
  if (requireVerification && !isVerified) throw new UserNotVerifiedError();
}
