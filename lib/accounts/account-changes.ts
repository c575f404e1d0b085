import { Inject, Injectable } from '@nestjs/common';
import { andThen } from '../common/late-write.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser } from '../users/user.entity.js';
import { isChanged, normalizeFields, type UserFields } from '../users/user-fields.js';
import { UserNotFoundError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';
import { EmailChange } from './email-change.js';
import { Limits } from './limits/limits.js';
import type { Moments } from './moments.js';
import { UserWriter } from './user-writer.js';
import { Verification } from './verification.js';

/** Changes a user: see `UsersService.updateUser()`. */
@Injectable()
export class AccountChanges<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly writer: UserWriter<User>,
    private readonly verification: Verification<User>,
    private readonly emailChange: EmailChange<User>,
    private readonly limits: Limits,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
  ) {}

  async update(
    user: User,
    changes: UserFields<User>,
    moments: Moments<User>,
    preconditions: readonly Precondition[],
  ): Promise<User> {
    await moments.beforeUpdate(user, changes);
    const fields: UserFields = normalizeFields(changes, this.settings);
    if (fields.email === user.email) delete fields.email;
    if (fields.email !== undefined) fields.isVerified ??= false;
    const { password: _, ...stored } = fields;

    return andThen(this.writer.change(user, fields, moments.rules, preconditions), async () => {
      const endsGuesses = isChanged(fields, user, ['password', ...this.settings.identifiers]);
      if (endsGuesses) await this.limits.forgetClientsOf(user);
      const updated = await this.repository.findById(user.id);
      if (!updated) throw new UserNotFoundError();
      if (fields.email !== undefined) {
        if (this.settings.requireVerification) this.verification.mail(updated, moments);
        this.emailChange.tellPrevious(updated, user.email, moments);
      }
      await moments.after('updated', updated, stored as Partial<User>);
      return updated;
    });
  }
}
