import { Inject, Injectable } from '@nestjs/common';
import type { BaseUser } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';
import { AccountChanges } from './account-changes.js';
import { AccountTokens } from './account-tokens.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';
import { Deletion } from './deletion.js';
import { EmailChange } from './email-change.js';
import { Mailer, MAILER } from './mailer.js';
import { HostMoments } from './moments.js';
import { PasswordLogin } from './password-login.js';
import { PasswordReset } from './password-reset.js';
import { Registration } from './registration.js';
import { UserWriter } from './user-writer.js';
import { Verification } from './verification.js';

/**
 * The services behind `UsersService`, injected as one property, so that a host's subclass has its own
 * constructor.
 */
@Injectable()
export class Accounts<User extends BaseUser = BaseUser> {
  constructor(
    readonly moments: HostMoments,
    readonly repository: UsersRepository<User>,
    readonly writer: UserWriter<User>,
    readonly tokens: AccountTokens<User>,
    readonly registration: Registration<User>,
    readonly passwordLogin: PasswordLogin<User>,
    readonly verification: Verification<User>,
    readonly emailChange: EmailChange<User>,
    readonly passwordReset: PasswordReset<User>,
    readonly changes: AccountChanges<User>,
    readonly deletion: Deletion<User>,
    @Inject(ACCOUNTS_SETTINGS) readonly settings: AccountsSettings,
    /** Absent if the host sends its mails by hooks of its own. */
    @Inject(MAILER) readonly mailer: Mailer | undefined,
  ) {}
}
