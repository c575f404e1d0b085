import { Inject, Injectable } from '@nestjs/common';
import { AccountMails } from './account-mails.js';
import { AccountTokens } from './account-tokens.js';
import { HookRunner } from './hook-runner.js';
import { Credentials } from './credentials.js';
import { Limits } from './limits/limits.js';
import { Registrations } from './registrations.js';
import { UserWriter } from './user-writer.js';
import { UserEventsEmitter } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';
import type { BaseUser } from './user.entity.js';

/** What {@link UsersService} works with, injected as one property: the names of a host's subclass stay its own. */
@Injectable()
export class UsersTools<User extends BaseUser = BaseUser> {
  @Inject(UsersRepository)
  readonly repository!: UsersRepository<User>;

  @Inject(UserWriter)
  readonly writer!: UserWriter<User>;

  @Inject(Registrations)
  readonly registrations!: Registrations<User>;

  @Inject(Credentials)
  readonly credentials!: Credentials<User>;

  @Inject(AccountTokens)
  readonly tokens!: AccountTokens<User>;

  @Inject(AccountMails)
  readonly mails!: AccountMails<User>;

  @Inject(HookRunner)
  readonly hooks!: HookRunner;

  @Inject(UserEventsEmitter)
  readonly events!: UserEventsEmitter;

  @Inject(Limits)
  readonly limits!: Limits;

  @Inject(USERS_SETTINGS)
  readonly settings!: UsersSettings;
}
