import { Inject, Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { HookRunner } from './hook-runner.js';
import { Limits } from './limits/limits.js';
import type { BaseUser } from './user.entity.js';
import { normalizeFields } from './user-fields.js';
import { UsersRepository } from './users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** Whom mails go to, and how many. */
@Injectable()
export class AccountMails<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly limits: Limits,
    private readonly hooks: HookRunner,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
  ) {}

  /**
   * The user of an address as somebody typed it. Whoever asks is counted before anybody looks whose it is.
   * @throws {InvalidIdentifierError}, {TooManyAttemptsError}
   */
  async findRecipient(email: string, request?: HttpRequest): Promise<User | undefined> {
    const { email: address } = normalizeFields({ email }, this.settings);
    await this.limits.mailRequest(address, request);
    return this.repository.findByEmail(address);
  }

  /** Off the request's path, a mail that comes along with something else: past the limit of its address, it is left out. */
  sendAlong(name: string, address: string, request: HttpRequest | undefined, send: () => unknown): void {
    this.hooks.later(name, async () => {
      if (await this.limits.mayMail(address, request)) await send();
      else throw new Error('The limit of mails to this address is reached.');
    });
  }
}
