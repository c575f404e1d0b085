import { Inject, Injectable, Optional } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import type { FindOptionsWhere } from 'typeorm';
import type { Along } from '../common/write-database.js';
import { ACCOUNT_LINKS, type AccountLinks } from './account-links.js';
import type { PasswordReset } from './account-tokens.js';
import type { BaseUser } from './user.entity.js';
import { type NewFields, normalizeFields, type StoredFields, type UserFields } from './user-fields.js';
import { type InvalidPasswordCode, NewPasswords } from './passwords/new-passwords.js';
import {
  EmailAlreadyExistsError,
  InvalidIdentifierError,
  UserAlreadyExistsError,
  UserChangedMeanwhileError,
} from './users.errors.js';
import { type AlongNewUser, UserNotUniqueError, UsersRepository } from './users.repository.js';
import { USERS_SETTINGS, type UsersSettings } from './users.settings.js';

/** A 32-bit column holds it, with room to grow by a thousand million. */
const HIGHEST_FIRST_TOKEN_VERSION = 2 ** 30;

/** A host's own rules for a new password, given what is known of its user. */
export type PasswordRules = (password: string, user: UserFields) => unknown;

/** Inserts and changes users, and says in the routes' own words why the database refused. */
@Injectable()
export class UserWriter<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly newPasswords: NewPasswords,
    @Inject(USERS_SETTINGS) private readonly settings: UsersSettings,
    @Optional()
    @Inject(ACCOUNT_LINKS)
    private readonly links?: AccountLinks,
  ) {}

  /**
   * The row of a new user: normalised, judged and hashed.
   * @throws {InvalidIdentifierError}, {UsersError} `REGISTER_INVALID_PASSWORD`
   */
  async prepare(user: UserFields, rules: PasswordRules): Promise<NewFields> {
    const { password, email, ...fields } = normalizeFields(user, this.settings);
    if (email === undefined) throw new InvalidIdentifierError('email');
    const known = { ...fields, email };
    const passwordHash =
      password === undefined ? null : await this.hash(password, known, 'REGISTER_INVALID_PASSWORD', rules);
    return { isSuperuser: false, ...known, passwordHash };
  }

  /**
   * @param along what is inserted together with the user, or not at all
   * @throws {UserAlreadyExistsError}
   */
  async insert(fields: NewFields, along?: AlongNewUser): Promise<User> {
    try {
      const tokenVersion = randomInt(1, HIGHEST_FIRST_TOKEN_VERSION);
      return await this.repository.insert({ ...fields, tokenVersion }, along);
    } catch (error) {
      if (!(error instanceof UserNotUniqueError)) throw error;
      throw (await this.findKnown(fields)) ? new UserAlreadyExistsError(error) : error;
    }
  }

  /**
   * One UPDATE. A new password or deactivation raises the `tokenVersion`; a new password or address is written
   * only as long as nobody else has raised it since `user` was loaded.
   * @throws {EmailAlreadyExistsError}, {UserChangedMeanwhileError}, {LastSuperuserError}, {UsersError} `UPDATE_USER_INVALID_PASSWORD`
   */
  async change(user: User, { password, ...changes }: UserFields, rules: PasswordRules): Promise<void> {
    const fields: StoredFields = changes;
    if (password !== undefined) {
      fields.passwordHash = await this.hash(password, user, 'UPDATE_USER_INVALID_PASSWORD', rules);
    }
    const endsTokens = fields.passwordHash !== undefined || (fields.isActive === false && user.isActive);
    const isSensitive = fields.passwordHash !== undefined || fields.email !== undefined;
    const where = isSensitive ? { id: user.id, tokenVersion: user.tokenVersion } : { id: user.id };
    const takesSuperuser = losesSuperuser(user, fields) ? user.id : undefined;
    const how = { raiseTokenVersion: endsTokens, takesSuperuser };
    const isChanged = await this.update(where as FindOptionsWhere<User>, fields, how);
    if (!isChanged) throw new UserChangedMeanwhileError();
  }

  /**
   * Marks the address verified that the user had when they were loaded: a new one was never mailed the token.
   * @returns whether this was the first to do so
   */
  verify(user: User): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const where = { id, email, tokenVersion, isVerified: false } as FindOptionsWhere<User>;
    return this.repository.update(where, { isVerified: true }, { along: this.withoutFormerOwner(user) });
  }

  /**
   * Gives an account whose address nobody had verified to whoever has shown that it is theirs: what somebody else may
   * have set up before, password, tokens and links, is gone.
   * @returns whether nothing changed since the user was loaded
   */
  takeOver(user: User, along: Along): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const where = { id, email, tokenVersion, isVerified: false, isActive: true } as FindOptionsWhere<User>;
    const fields = { passwordHash: null, isVerified: true };
    const withoutLinks = this.withoutLinks(user);
    return this.repository.update(where, fields, {
      raiseTokenVersion: true,
      along: async (manager) => {
        await withoutLinks?.(manager);
        await along(manager);
      },
    });
  }

  /**
   * Gives the user an address whose mail they have shown to read, unless anything changed since they were loaded.
   * @returns whether this was the first to do so
   * @throws {EmailAlreadyExistsError}
   */
  changeEmail(user: User, newEmail: string): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const where = { id, email, tokenVersion, isActive: true } as FindOptionsWhere<User>;
    return this.update(
      where,
      { email: newEmail, isVerified: true },
      { along: this.withoutFormerOwner(user) },
    );
  }

  /**
   * Sets a password and ends every token, unless the user changed since they were loaded. An invitation also shows
   * that the mail of the address is read.
   * @returns whether this was the first to do so
   * @throws {UsersError} `RESET_PASSWORD_INVALID_PASSWORD`
   */
  async resetPassword(
    { user, isInvitation }: PasswordReset<User>,
    password: string,
    rules: PasswordRules,
  ): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const passwordHash = await this.hash(password, user, 'RESET_PASSWORD_INVALID_PASSWORD', rules);
    const where = { id, email, tokenVersion, isActive: true } as FindOptionsWhere<User>;
    const fields = { passwordHash, ...(isInvitation && { isVerified: true }) };
    return this.repository.update(where, fields, { raiseTokenVersion: true, along: this.withoutLinks(user) });
  }

  /** The user who has this identifier or this address already. Both are normalised. */
  async findKnown(fields: StoredFields): Promise<User | undefined> {
    const identifier = (fields as Record<string, unknown>)[this.settings.identifier];
    const user =
      typeof identifier === 'string' ? await this.repository.findByIdentifier(identifier) : undefined;
    if (user || this.settings.identifier === 'email' || fields.email === undefined) return user;
    return this.repository.findByEmail(fields.email);
  }

  /** Who first shows that they read the mail of an address did not make the links that its account has. */
  private withoutLinks({ id, isVerified }: User): Along | undefined {
    const { links } = this;
    return isVerified || !links ? undefined : (manager) => links.removeAll(manager, id);
  }

  /** As {@link withoutLinks}; whoever made links may be logged in by them. */
  private withoutFormerOwner(user: User): Along | undefined {
    const { links } = this;
    if (user.isVerified || !links) return undefined;
    return async (manager) => {
      const removed = await links.removeAll(manager, user.id);
      if (removed > 0) await this.repository.raiseTokenVersionAlong(manager, user.id);
    };
  }

  private hash(password: string, user: UserFields, code: InvalidPasswordCode, rules: PasswordRules) {
    return this.newPasswords.hash(password, code, () => rules(password, user));
  }

  private async update(
    where: FindOptionsWhere<User>,
    fields: StoredFields,
    how: Parameters<UsersRepository['update']>[2],
  ): Promise<boolean> {
    try {
      return await this.repository.update(where, fields, how);
    } catch (error) {
      if (!(error instanceof UserNotUniqueError)) throw error;
      const isEmail = fields.email !== undefined && (await this.repository.findByEmail(fields.email));
      throw isEmail ? new EmailAlreadyExistsError(error) : error;
    }
  }
}

const losesSuperuser = (user: BaseUser, { isSuperuser, isActive }: StoredFields): boolean =>
  user.isSuperuser && user.isActive && (isSuperuser === false || isActive === false);
