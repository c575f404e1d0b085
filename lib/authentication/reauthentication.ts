import { Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { requireSeconds } from '../common/option-checks.js';
import { nowInSeconds } from '../common/signed-tokens.js';
import { ReauthenticationRequiredError } from '../users/users.errors.js';
import { UsersService } from '../users/users.service.js';
import type { Identity } from './backend.js';

/** How recent a login must be for a sensitive change, in seconds; `false` asks for nothing. */
export type FreshLoginWindow = number | false;

const DEFAULT_WINDOW_SECONDS = 600;

/** @throws {ConfigurationError} that names `option` */
export function resolveFreshLogin(
  option: string,
  window: FreshLoginWindow = DEFAULT_WINDOW_SECONDS,
): FreshLoginWindow {
  return window === false ? window : requireSeconds(option, window);
}

/** The question before a sensitive change: is it still the person who logged in? */
@Injectable()
export class Reauthentication {
  constructor(private readonly users: UsersService) {}

  /**
   * A recent login, or the current password. A password that was sent is judged in any case: a wrong one is a
   * failed login, however fresh the session is.
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
