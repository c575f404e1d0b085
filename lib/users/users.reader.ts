import { Inject } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import type { BaseUser, UserId } from './user.entity.js';
import { isLoaded, normalizeFields } from './user-fields.js';
import type { UsersPageQuery, UsersQuery } from './pages/users-query.js';
import { UserNotFoundError } from './users.errors.js';
import { UsersHooks } from './users.hooks.js';
import type { LoadOptions } from './load-options.js';
import { UsersTools } from './users.tools.js';

/** How users are found; {@link UsersService} adds how they change. */
export abstract class UsersReader<User extends BaseUser = BaseUser> extends UsersHooks<User> {
  @Inject(UsersTools)
  protected readonly tools!: UsersTools<User>;

  /** @throws {UserNotFoundError} also for an id that can be nobody's */
  async getUser(id: UserId, options: { load?: LoadOptions<User> } = {}): Promise<User> {
    const user = await this.tools.repository.findById(id, options.load);
    if (!user) throw new UserNotFoundError();
    return user;
  }

  /**
   * Finds one user by columns, exactly as they are stored.
   * @throws {TypeError} for criteria that are empty or undefined
   */
  getUserBy(
    where: FindOptionsWhere<User>,
    options: { load?: LoadOptions<User> } = {},
  ): Promise<User | undefined> {
    return this.tools.repository.findOne(where, options.load);
  }

  /** A page of users by cursor; `next` is the next page's, or `null`. */
  listUsers(
    query: UsersPageQuery = {},
    options: { load?: LoadOptions<User> } = {},
  ): Promise<{ items: User[]; next: string | null }> {
    return this.tools.repository.findPage(query, options.load);
  }

  /** A page of users, and how many there are on all pages. */
  listAndCountUsers(
    query: UsersQuery = {},
    options: { load?: LoadOptions<User> } = {},
  ): Promise<[User[], number]> {
    return this.tools.repository.findAndCount(query, options.load);
  }

  /** The user of an address as somebody typed it. */
  async findByEmail(email: string): Promise<User | undefined> {
    const { email: normal } = normalizeFields({ email }, this.tools.settings);
    return this.tools.repository.findByEmail(normal);
  }

  protected loaded(target: User | UserId): User | Promise<User> {
    return isLoaded(target) ? target : this.getUser(target);
  }
}
