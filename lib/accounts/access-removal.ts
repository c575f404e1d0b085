import { Inject, Injectable, Optional } from '@nestjs/common';
import type { InTransaction } from '../database/in-transaction.js';
import { ACCOUNT_LINKS, type AccountLinks } from './account-links.js';
import { ONGOING_LOGINS, type OngoingLogins } from './ongoing-logins.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { UsersRepository } from '../users/users.repository.js';

/** Removes the ways to log in that other tables store, together with a change of the user. */
@Injectable()
export class AccessRemoval {
  constructor(
    private readonly repository: UsersRepository,
    @Inject(ONGOING_LOGINS) private readonly logins: OngoingLogins,
    @Optional()
    @Inject(ACCOUNT_LINKS)
    private readonly links?: AccountLinks,
  ) {}

  /**
   * Removes links to accounts at providers.
   * @param andLogins whether every login ends if there were links, because another person may be logged in
   * through one
   */
  removalOfLinks({ id }: BaseUser, { andLogins = false } = {}): InTransaction | undefined {
    const { links } = this;
    if (!links) return undefined;
    return async (manager) => {
      const removed = await links.removeAll(manager, id);
      if (andLogins && removed > 0) await this.repository.raiseTokenVersionInTransaction(manager, id);
    };
  }

  /** Removes links to accounts at providers and all logins that are rows. */
  removal(id: UserId): InTransaction | undefined {
    const { links, logins } = this;
    const withoutLogins = logins.removal(id);
    if (!links && !withoutLogins) return undefined;
    return async (manager) => {
      await links?.removeAll(manager, id);
      await withoutLogins?.(manager);
    };
  }
}
