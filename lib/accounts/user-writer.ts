import { Inject, Injectable } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import type { FindOptionsWhere } from 'typeorm';
import { andThen } from '../common/late-write.js';
import type { InTransaction } from '../database/in-transaction.js';
import type { UsableReset } from './account-tokens.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import {
  type AddedUserFields,
  type AddUserParameters,
  type NewFields,
  normalizeFields,
  type StoredFields,
  type UserFields,
} from '../users/user-fields.js';
import { type InvalidPassword, NewPasswords } from './passwords/new-passwords.js';
import { Passwords } from './passwords/passwords.js';
import { keptFields } from './user-from-elsewhere.js';
import {
  EmailAlreadyExistsError,
  InvalidIdentifierError,
  InvalidRegistrationPasswordError,
  InvalidResetPasswordError,
  InvalidUpdatePasswordError,
  UserAlreadyExistsError,
  UserChangedMeanwhileError,
  UserNotUniqueError,
} from '../users/users.errors.js';
import { isTaken } from '../users/taken-fields.js';
import type { UserUpdate } from '../users/row-writes.js';
import { type InTransactionOfNewUser, UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';
import { AccessRemoval } from './access-removal.js';

/** A 32-bit column can hold it and still be raised a thousand million times. */
const HIGHEST_FIRST_TOKEN_VERSION = 2 ** 30;

export const firstTokenVersion = (): number => randomInt(1, HIGHEST_FIRST_TOKEN_VERSION);

/** A host's own rules for a new password, with the known fields of its user. */
export type PasswordRules = (password: string, user: UserFields) => unknown;

/** Inserts and changes users, and translates refusals of the database into the errors of the routes. */
@Injectable()
export class UserWriter<User extends BaseUser = BaseUser> {
  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly newPasswords: NewPasswords,
    private readonly passwords: Passwords,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
    private readonly access: AccessRemoval,
  ) {}

  /**
   * The row of a new user, with normalized identifiers and the checked and hashed password.
   * @throws {InvalidIdentifierError}, {InvalidRegistrationPasswordError}
   */
  async prepare(user: UserFields, rules: PasswordRules): Promise<NewFields> {
    const { password, email, ...fields } = normalizeFields(user, this.settings);
    if (email === undefined) throw new InvalidIdentifierError('email');
    const known = { ...fields, email };
    const passwordHash =
      password === undefined
        ? null
        : await this.hash(password, known, InvalidRegistrationPasswordError, rules);
    return { isSuperuser: false, ...known, passwordHash };
  }

  /**
   * As {@link prepare}, for `addUser()`: the user may keep fields from another application.
   * @throws {TypeError} for a value that cannot be kept
   */
  async prepareAdded(
    user: AddedUserFields,
    { verify, activate }: AddUserParameters,
    rules: PasswordRules,
  ): Promise<NewFields> {
    const { repository } = this;
    const kept = keptFields(user, {
      parseId: (id) => repository.parseId(id),
      ids: repository.ids,
      hashFault: (hash) => this.hashFault(hash),
    });
    const fields = await this.prepare(user, rules);
    const isVerified = verify ?? fields.isVerified ?? false;
    return { ...fields, ...kept, isVerified, isActive: activate ?? fields.isActive ?? true };
  }

  /** Why a hash from elsewhere cannot be kept, in words that follow its name. */
  hashFault(hash: unknown): string | undefined {
    // Of no text, the fault is that of no hash.
    return this.passwords.fault(typeof hash === 'string' ? hash : '');
  }

  /**
   * @param inTransaction statements that run in the same transaction as the INSERT
   * @param preconditions conditions that must still hold then
   * @throws {UserAlreadyExistsError}; the refusal of a precondition
   */
  async insert(
    fields: NewFields,
    inTransaction?: InTransactionOfNewUser,
    preconditions?: readonly Precondition[],
  ): Promise<User> {
    try {
      const tokenVersion = firstTokenVersion();
      return await this.repository.insert({ ...fields, tokenVersion }, inTransaction, preconditions);
    } catch (error) {
      if (!(error instanceof UserNotUniqueError)) throw error;
      const isKnown = await this.isAccountTaken(error, fields);
      const { id } = fields;
      const asks = !isKnown && id !== undefined;
      const hasId = asks && (await this.repository.findById(id, undefined, { withDeleted: true }));
      throw isKnown || hasId ? new UserAlreadyExistsError(error) : error;
    }
  }

  /**
   * One UPDATE. A new password or a deactivation raises the `tokenVersion`. A new password or address is
   * written only if the `tokenVersion` has not been raised since `user` was loaded.
   * @throws {EmailAlreadyExistsError}, {UserChangedMeanwhileError}, {LastSuperuserError},
   * {InvalidUpdatePasswordError}; the refusal of a precondition
   */
  async change(
    user: User,
    { password, ...changes }: UserFields,
    rules: PasswordRules,
    preconditions: readonly Precondition[] = [],
  ): Promise<void> {
    const fields: StoredFields = changes;
    if (password !== undefined) {
      fields.passwordHash = await this.hash(password, user, InvalidUpdatePasswordError, rules);
    }
    const raiseTokenVersion = fields.passwordHash !== undefined || fields.isActive === false;
    const isSensitive = fields.passwordHash !== undefined || fields.email !== undefined;
    const where = isSensitive ? { id: user.id, tokenVersion: user.tokenVersion } : { id: user.id };
    // A new address that counts as verified hands the account over to the reader of its mail.
    const isHandedOver = fields.email !== undefined && fields.isVerified === true;
    const inTransaction = isHandedOver ? this.access.removalOfLinks(user, { andLogins: true }) : undefined;
    const how = { raiseTokenVersion, preconditions, inTransaction };
    await andThen(this.update(where as FindOptionsWhere<User>, fields, how), (isChanged) => {
      if (!isChanged) throw new UserChangedMeanwhileError();
    });
  }

  /**
   * Marks the address as verified, if it is still the one with which the user was loaded: the token was mailed
   * to that one.
   * @returns whether this call was the first to do so
   */
  verify(user: User): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const where = { id, email, tokenVersion, isVerified: false } as FindOptionsWhere<User>;
    const inTransaction = this.access.removalOfLinks(user, { andLogins: true });
    return this.repository.update(where, { isVerified: true }, { inTransaction });
  }

  /**
   * Hands over an account with an unverified address to the person who proved access to it. Another person may
   * have registered the account before, so its password, tokens and links are removed.
   * @param passwordHash of a password of the new owner
   * @returns whether nothing changed since the user was loaded
   */
  takeOver(user: User, inTransaction?: InTransaction, passwordHash: string | null = null): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const where = { id, email, tokenVersion, isVerified: false, isActive: true } as FindOptionsWhere<User>;
    const fields = { passwordHash, isVerified: true };
    const withoutLinks = this.access.removalOfLinks(user);
    return this.repository.update(where, fields, {
      raiseTokenVersion: true,
      inTransaction: async (manager) => {
        await withoutLinks?.(manager);
        await inTransaction?.(manager);
      },
    });
  }

  /**
   * Sets a new address after the user has proved access to its mailbox, unless the user changed since being
   * loaded. Links to accounts at providers are removed, and if there were any, every login ends: they may
   * belong to another person.
   * @returns whether this call was the first to do so
   * @throws {EmailAlreadyExistsError}; the refusal of a precondition
   */
  changeEmail(user: User, newEmail: string, preconditions: readonly Precondition[] = []): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const where = { id, email, tokenVersion, isActive: true } as FindOptionsWhere<User>;
    const fields = { email: newEmail, isVerified: true };
    return this.update(where, fields, {
      preconditions,
      inTransaction: this.access.removalOfLinks(user, { andLogins: true }),
    });
  }

  /**
   * Sets a password and removes every other way to log in, tokens and links, unless the user changed since
   * being loaded. An invitation also proves access to the mailbox.
   * @returns whether this call was the first to do so
   * @throws {InvalidResetPasswordError}
   */
  async resetPassword(
    { user, isInvitation }: UsableReset<User>,
    password: string,
    rules: PasswordRules,
  ): Promise<boolean> {
    const { id, email, tokenVersion } = user;
    const passwordHash = await this.hash(password, user, InvalidResetPasswordError, rules);
    const where = { id, email, tokenVersion, isActive: true } as FindOptionsWhere<User>;
    const fields = { passwordHash, ...(isInvitation && { isVerified: true }) };
    return this.repository.update(where, fields, {
      raiseTokenVersion: true,
      inTransaction: this.access.removalOfLinks(user),
    });
  }

  /**
   * Deletes the user. A soft deletion also removes the links and sessions in other tables. A link could belong
   * to another person by the time the user is restored.
   * @returns whether the user existed
   * @throws {LastSuperuserError}, {UserInUseError}; the refusal of a precondition
   */
  delete({ id }: User, preconditions: readonly Precondition[]): Promise<boolean> {
    return this.repository.delete(id, preconditions, this.access.removal(id));
  }

  /**
   * Restores a softly deleted user without any links or sessions, also if the host itself marked the row and
   * left them.
   * @returns whether the user was softly deleted
   * @throws {EmailAlreadyExistsError} if another user now has the address or the identifier
   */
  async restore(user: User): Promise<boolean> {
    try {
      return await this.repository.restore(user.id, this.access.removal(user.id));
    } catch (error) {
      throw await this.orAccountTaken(error, user, user.id);
    }
  }

  private hash(password: string, user: UserFields, refused: InvalidPassword, rules: PasswordRules) {
    return this.newPasswords.hash(password, refused, () => rules(password, user));
  }

  private async update(
    where: FindOptionsWhere<User>,
    fields: StoredFields,
    how: UserUpdate,
  ): Promise<boolean> {
    try {
      return await this.repository.update(where, fields, how);
    } catch (error) {
      throw await this.orAccountTaken(error, fields, where.id as UserId);
    }
  }

  private async orAccountTaken(error: unknown, fields: StoredFields, id: UserId): Promise<unknown> {
    if (!(error instanceof UserNotUniqueError)) return error;
    return (await this.isAccountTaken(error, fields, id)) ? new EmailAlreadyExistsError(error) : error;
  }

  private isAccountTaken(error: UserNotUniqueError, fields: StoredFields, own?: UserId): Promise<boolean> {
    return isTaken(['email', ...this.settings.identifiers], fields, error, this.repository, own);
  }
}
