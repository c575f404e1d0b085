import { Inject, Injectable } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import type { FindOptionsWhere } from 'typeorm';
import type { BaseUser } from './user.entity.js';
import type { NewFields, StoredFields } from './user-fields.js';
import {
  EmailAlreadyExistsError,
  UserAlreadyExistsError,
  UserChangedMeanwhileError,
} from './users.errors.js';
import { UserNotUniqueError, UsersRepository } from './users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** A 32-bit column holds it, with room to grow by a thousand million. */
const HIGHEST_FIRST_TOKEN_VERSION = 2 ** 30;

/** Inserts and changes users, and says in the routes' own words why the database refused. */
@Injectable()
export class UserWriter<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
  ) {}

  /** @throws {UserAlreadyExistsError} */
  async insert(fields: NewFields): Promise<User> {
    try {
      return await this.repository.insert({
        ...fields,
        tokenVersion: randomInt(1, HIGHEST_FIRST_TOKEN_VERSION),
      });
    } catch (error) {
      if (!(error instanceof UserNotUniqueError)) throw error;
      throw (await this.findKnown(fields)) ? new UserAlreadyExistsError(error) : error;
    }
  }

  /**
   * One UPDATE. A new password or deactivation raises the `tokenVersion`; a new password or address is written
   * only as long as nobody else has raised it since `user` was loaded.
   * @throws {EmailAlreadyExistsError}, {UserChangedMeanwhileError}
   */
  async change(user: User, fields: StoredFields): Promise<void> {
    const endsTokens = fields.passwordHash !== undefined || (fields.isActive === false && user.isActive);
    const isSensitive = fields.passwordHash !== undefined || fields.email !== undefined;
    const where = isSensitive ? { id: user.id, tokenVersion: user.tokenVersion } : { id: user.id };
    const isChanged = await this.update(where as FindOptionsWhere<User>, fields, endsTokens);
    if (!isChanged) throw new UserChangedMeanwhileError();
  }

  /** The user who has this identifier or this address already. Both are normalised. */
  async findKnown(fields: StoredFields): Promise<User | undefined> {
    const identifier = (fields as Record<string, unknown>)[this.settings.identifier];
    const user =
      typeof identifier === 'string' ? await this.repository.findByIdentifier(identifier) : undefined;
    if (user || this.settings.identifier === 'email' || fields.email === undefined) return user;
    return this.repository.findByEmail(fields.email);
  }

  private async update(
    where: FindOptionsWhere<User>,
    fields: StoredFields,
    endsTokens: boolean,
  ): Promise<boolean> {
    try {
      return await this.repository.update(where, fields, { raiseTokenVersion: endsTokens });
    } catch (error) {
      if (!(error instanceof UserNotUniqueError)) throw error;
      const isEmail = fields.email !== undefined && (await this.repository.findByEmail(fields.email));
      throw isEmail ? new EmailAlreadyExistsError(error) : error;
    }
  }
}
