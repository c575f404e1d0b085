import { Inject, Injectable } from '@nestjs/common';
import { andThen, evenLate } from '../common/late-write.js';
import type { BaseUser } from '../users/user.entity.js';
import { type NewFields, ownFields, type UserFields } from '../users/user-fields.js';
import { UserAlreadyExistsError } from '../users/users.errors.js';
import { type InTransactionOfNewUser, UsersRepository } from '../users/users.repository.js';
import { AccountMails, type SendReserved } from './account-mails.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';
import { HookRunner } from './hook-runner.js';
import { Limits } from './limits/limits.js';
import type { Moments } from './moments.js';
import { UserWriter } from './user-writer.js';
import { Verification } from './verification.js';

/** Additions of a registration method to the sent fields. */
export interface RegistrationExtras {
  /** Whether the address counts as verified. Default false. */
  verify?: boolean;
  /** Statements that run in the same transaction as the INSERT. */
  inTransaction?: InTransactionOfNewUser;
}

/** Registers users, by a form or by a provider. */
@Injectable()
export class Registration<User extends BaseUser = BaseUser> {
  constructor(
    private readonly writer: UserWriter<User>,
    private readonly repository: UsersRepository<User>,
    private readonly limits: Limits,
    private readonly mails: AccountMails<User>,
    private readonly verification: Verification<User>,
    private readonly runner: HookRunner,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
  ) {}

  /** @throws {UserAlreadyExistsError}, {InvalidRegistrationPasswordError}, {TooManyAttemptsError} */
  async register(
    data: UserFields<User>,
    moments: Moments<User>,
    { verify = false, inTransaction }: RegistrationExtras = {},
  ): Promise<User> {
    await this.limits.registration(moments.request);
    const fields = await this.prepare(data, moments);
    return andThen(this.writer.insert({ ...fields, isVerified: verify }, inTransaction), async (user) => {
      if (this.settings.requireVerification) this.verification.mailNewcomer(user, moments);
      await moments.after('registered', user);
      return user;
    });
  }

  /**
   * Does the same for new and for known identifiers, and returns nothing. For a new identifier, the row is
   * written after the answer. For a known one, its owner is told.
   */
  async registerConcealed(data: UserFields<User>, moments: Moments<User>): Promise<void> {
    await this.limits.registration(moments.request);
    const fields = await this.prepare(data, moments);
    const known = await this.repository.findKnown(fields);
    // Before the answer: otherwise a client could see by the limit of further mails that the address is known.
    const mail = await this.mails.reserve(known?.email ?? fields.email, moments.request);
    this.runner.later('A concealed registration', () =>
      known
        ? mail(() => moments.sendRegistrationAttempt(known))
        : evenLate(this.insertConcealed(fields, mail, moments)),
    );
  }

  private insertConcealed(fields: NewFields, mail: SendReserved, moments: Moments<User>): Promise<void> {
    const inserted = andThen(this.writer.insert(fields), async (user) => {
      if (user.isActive && !user.isVerified) {
        await this.runner.after('sendVerificationToken', () =>
          mail(() => this.verification.send(user, moments)),
        );
      }
      await moments.after('registered', user);
    });
    // Two registrations of one address at the same time send one mail.
    return inserted.catch((error: unknown) => {
      if (!(error instanceof UserAlreadyExistsError)) throw error;
    });
  }

  private async prepare(data: UserFields<User>, moments: Moments<User>): Promise<NewFields> {
    const own = ownFields(data);
    await moments.beforeRegistration(own);
    return { isActive: true, isVerified: false, ...(await this.writer.prepare(own, moments.rules)) };
  }
}
