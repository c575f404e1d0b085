import { Injectable } from '@nestjs/common';
import { andThen } from '../common/late-write.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import { UserNotFoundError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import { Limits } from './limits/limits.js';
import type { Moments } from './moments.js';
import { UserWriter } from './user-writer.js';

/** Deletes users, and restores softly deleted ones. */
@Injectable()
export class Deletion<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly writer: UserWriter<User>,
    private readonly limits: Limits,
  ) {}

  /** @throws {UserNotFoundError}, {LastSuperuserError}, {UserInUseError} */
  async delete(user: User, moments: Moments<User>, preconditions: readonly Precondition[]): Promise<void> {
    await moments.beforeDeletion(user);
    await andThen(this.writer.delete(user, preconditions), async (isDeleted) => {
      if (!isDeleted) throw new UserNotFoundError();
      await this.limits.forgetClientsOf(user);
      await moments.after('deleted', user);
    });
  }

  /** @throws {UserNotFoundError}, {EmailAlreadyExistsError}, {TypeError} */
  async restore(id: UserId, moments: Moments<User>): Promise<User> {
    const deleted = await this.find(id, { withDeleted: true });
    return andThen(this.writer.restore(deleted), async (isRestored) => {
      if (!isRestored) throw new UserNotFoundError();
      const user = await this.find(deleted.id);
      await moments.after('restored', user);
      return user;
    });
  }

  private async find(id: UserId, options?: { withDeleted: boolean }): Promise<User> {
    const user = await this.repository.findById(id, undefined, options);
    if (!user) throw new UserNotFoundError();
    return user;
  }
}
