import { Injectable, Logger } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { TemporarilyUnavailableError } from '../common/users-error.js';
import { Passwords } from './passwords/passwords.js';
import type { BaseUser } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** Who an identifier and a password belong to: one query and one hash, whoever asks for whomever. */
@Injectable()
export class Credentials<User extends BaseUser = BaseUser> {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly passwords: Passwords,
  ) {}

  /**
   * The active user whose credentials these are, or `undefined`.
   * @param identifier normalised; `undefined` for one that can be nobody's, which costs a hash all the same
   */
  async check(identifier: string | undefined, password: string): Promise<User | undefined> {
    const user =
      identifier === undefined ? undefined : await this.repository.findForAuthentication(identifier);
    const stored = user?.passwordHash;
    delete user?.passwordHash;
    const matches = await this.passwords.verify(password, stored);
    if (!user?.isActive || !matches) return undefined;

    await this.upgradeHash(user, stored as string, password);
    return user;
  }

  /** Whether this is the password of a user who is loaded already. */
  async checkPassword(user: User, password: string): Promise<boolean> {
    return this.passwords.verify(password, await this.repository.findPasswordHash(user.id));
  }

  private async upgradeHash(user: User, stored: string, password: string): Promise<void> {
    if (!this.passwords.isOutdated(stored) || !this.passwords.canHash(password)) return;
    try {
      // The old hash stands in the condition: a password that was changed meanwhile stays changed.
      const where = { id: user.id, passwordHash: stored } as FindOptionsWhere<User>;
      await this.repository.update(where, { passwordHash: await this.passwords.hash(password) });
    } catch (error) {
      if (!(error instanceof TemporarilyUnavailableError)) throw error;
      this.logger.warn('A password keeps its old hash until the next login, because the server is busy.');
    }
  }
}
