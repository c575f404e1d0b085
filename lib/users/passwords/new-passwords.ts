import { Injectable } from '@nestjs/common';
import type { UsersErrorCode } from '../../common/error-codes.js';
import { UsersError } from '../../common/users-error.js';
import { HookRunner } from '../hook-runner.js';
import { InvalidPasswordError } from '../users.hooks.js';
import { Passwords } from './passwords.js';

/** The code under which a route refuses a new password. */
export type InvalidPasswordCode = Extract<UsersErrorCode, `${string}_INVALID_PASSWORD`>;

/** The one way in for a new password: the bounds, the host's own rules, then the hash. */
@Injectable()
export class NewPasswords {
  constructor(
    private readonly passwords: Passwords,
    private readonly hooks: HookRunner,
  ) {}

  /** @param validate the host's `validatePassword` hook */
  async hash(password: string, code: InvalidPasswordCode, validate: () => unknown): Promise<string> {
    const reason =
      typeof password === 'string' ? this.passwords.refusal(password) : 'Password should be text';
    if (reason !== undefined) throw new UsersError(code, { reason });

    await this.hooks.refuseBy(
      'validatePassword',
      () => translated(validate, code),
      () => new UsersError(code),
    );
    return this.passwords.hash(password);
  }
}

async function translated(validate: () => unknown, code: InvalidPasswordCode): Promise<void> {
  try {
    await validate();
  } catch (error) {
    throw error instanceof InvalidPasswordError ? new UsersError(code, { reason: error.reason }) : error;
  }
}
