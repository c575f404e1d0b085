import { Inject, Injectable } from '@nestjs/common';
import type { HttpRequest } from '../common/http.js';
import { Database } from '../database/database.js';
import { HookRunner } from './hook-runner.js';
import { Limits } from './limits/limits.js';
import type { BaseUser } from '../users/user.entity.js';
import { normalizeFields } from '../users/user-fields.js';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';

/** @throws if the limit of mails to the address is reached */
export type SendReserved = (send: () => unknown) => Promise<void>;

/** Finds the recipients of mails and limits the mails to each address. */
@Injectable()
export class AccountMails<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly limits: Limits,
    private readonly hooks: HookRunner,
    private readonly database: Database,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
  ) {}

  /**
   * Mails the user with a typed address, if there is one. The user is looked up after the answer, so that neither the
   * answer nor its time reveals whether there is one.
   * @param name of the hook
   * @throws {InvalidIdentifierError}, {TooManyAttemptsError}
   */
  async sendIfKnown(
    name: string,
    email: string,
    request: HttpRequest | undefined,
    send: (user: User) => unknown,
  ): Promise<void> {
    const { email: address } = normalizeFields({ email }, this.settings);
    await this.limits.mailRequest(address, request);
    await this.database.requireAnswer();
    this.hooks.later(name, async () => {
      const user = await this.repository.findByEmail(address);
      if (user) await send(user);
    });
  }

  /**
   * Sends a mail that belongs to another request, after the answer. Above the limit of its address, the mail is
   * left out.
   */
  sendAlong(name: string, address: string, request: HttpRequest | undefined, send: () => unknown): void {
    this.hooks.later(name, async () => sendIf(await this.limits.mayMail(address, request), send));
  }

  /**
   * As {@link sendAlong}, for a notice about a completed change. It has its own limit, which requests for mails
   * do not use up.
   */
  sendNotice(name: string, address: string, request: HttpRequest | undefined, send: () => unknown): void {
    this.hooks.later(name, async () => sendIf(await this.limits.mayMail(address, request, name), send));
  }

  /**
   * Counts the mail of a registration now and returns the function that sends it later. Known and new addresses
   * are counted alike, because the rest of a limit would otherwise tell them apart (user enumeration).
   */
  async reserve(address: string, request: HttpRequest | undefined): Promise<SendReserved> {
    const mayMail = await this.limits.mayMail(address, request, 'registration');
    return (send) => sendIf(mayMail, send);
  }
}

async function sendIf(mayMail: boolean, send: () => unknown): Promise<void> {
  if (!mayMail) throw new Error('The limit of mails to this address is reached.');
  await send();
}
