import { Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { requireSeconds } from '../common/option-checks.js';
import { nowInSeconds } from '../common/signed-tokens.js';
import { ReauthenticationRequiredError } from '../users/users.errors.js';
import { UsersService } from '../accounts/users.service.js';
import type { Identity } from './backend.js';

/** The longest age of a login for a sensitive change, in seconds; `false` requires nothing. */
export type FreshLoginWindow = number | false;

const DEFAULT_WINDOW_SECONDS = 600;

/** @throws {ConfigurationError} that names `option` */
export function resolveFreshLogin(
  option: string,
  window: FreshLoginWindow = DEFAULT_WINDOW_SECONDS,
): FreshLoginWindow {
  return window === false ? window : requireSeconds(option, window);
}

/** Checks before a sensitive change that the request comes from the person who logged in. */
@Injectable()
export class Reauthentication {
  constructor(private readonly users: UsersService) {}

  /**
   * Requires a recent login or the current password. A password that was sent is always checked: a wrong one
   * counts as a failed login, even if the session is fresh.
   * @throws {ReauthenticationRequiredError}, {TooManyAttemptsError}
   */
  async require(
    { user, authenticatedAt }: Identity,
    request: HttpRequest,
    windowSeconds: FreshLoginWindow,
    currentPassword?: string,
  ): Promise<void> {
    if (windowSeconds === false) return;
    const isProven =
      currentPassword === undefined
        ? nowInSeconds() - authenticatedAt <= windowSeconds
        : await this.users.verifyPassword(user, currentPassword, request);
    if (!isProven) throw new ReauthenticationRequiredError();
  }
}
