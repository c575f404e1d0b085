import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InvalidIdentifierError, UserAlreadyExistsError, UsersError } from 'nestjs-users';
import type { Configuration } from './configuration.js';
import { AppUsersService } from './users/users.service.js';

export const SUPERUSER = Symbol('the superuser whom the environment names');

/** Makes the superuser whom the environment names, verified, unless somebody has that address already. */
@Injectable()
export class FirstSuperuser implements OnApplicationBootstrap {
  constructor(
    private readonly users: AppUsersService,
    @Inject(SUPERUSER) private readonly superuser: Configuration['superuser'],
  ) {}

  async onApplicationBootstrap() {
    if (!this.superuser) return;
    try {
      if (await this.users.findByEmail(this.superuser.email)) return;
      await this.users.addUser({ ...this.superuser, isSuperuser: true }, { verify: true });
    } catch (error) {
      // Another process that started at the same time was faster.
      if (!(error instanceof UserAlreadyExistsError)) throw inOneSentence(error);
    }
  }
}

function inOneSentence(cause: unknown): unknown {
  if (cause instanceof InvalidIdentifierError) {
    return new Error('SUPERUSER_EMAIL must be an e-mail address.', { cause });
  }
  if (cause instanceof UsersError) {
    return new Error('SUPERUSER_PASSWORD must have 3 characters or more, and 128 at most.', { cause });
  }
  return cause;
}
