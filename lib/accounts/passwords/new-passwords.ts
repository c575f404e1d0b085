import { Injectable } from '@nestjs/common';
import type { CodedError } from '../../common/users-error.js';
import { HookRunner } from '../hook-runner.js';
import { InvalidPasswordError } from '../users.hooks.js';
import { Passwords } from './passwords.js';

/** The error class with which a route refuses a new password. */
export type InvalidPassword = new (options?: { reason?: string }) => CodedError;

/** Every new password goes through here: the bounds, the host's own rules, then the hash. */
@Injectable()
export class NewPasswords {
  constructor(
    private readonly passwords: Passwords,
    private readonly hooks: HookRunner,
  ) {}

  /**
   * @param RefusedPasswordError the error class of this route
   * @param validate the host's `validatePassword` hook
   */
  async hash(
    password: string,
    RefusedPasswordError: InvalidPassword,
    validate: () => unknown,
  ): Promise<string> {
    const reason =
      typeof password === 'string' ? this.passwords.refusal(password) : 'Password should be text';
    if (reason !== undefined) throw new RefusedPasswordError({ reason });

    await this.hooks.refuseBy(
      'validatePassword',
      () => translated(validate, RefusedPasswordError),
      () => new RefusedPasswordError(),
    );
    return this.passwords.hash(password);
  }
}

async function translated(validate: () => unknown, RefusedPasswordError: InvalidPassword): Promise<void> {
  try {
    await validate();
  } catch (error) {
    throw error instanceof InvalidPasswordError ? new RefusedPasswordError({ reason: error.reason }) : error;
  }
}
