import { Inject, Injectable } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import type { HttpRequest } from '../common/http.js';
import { identifierOf, type LoginCredentials, normalizeProperty } from '../users/identifiers.js';
import type { LoadOptions } from '../users/load-options.js';
import { requireKnown, type UsersPageQuery, type UsersQuery } from '../users/pages/users-query.js';
import type { Precondition } from '../users/precondition.js';
import type { BaseUser, UserId } from '../users/user.entity.js';
import {
  type AddedUserFields,
  type AddUserParameters,
  isLoaded,
  normalizeFields,
  type UserFields,
} from '../users/user-fields.js';
import { UserNotFoundError } from '../users/users.errors.js';
import type { DeletedOption } from '../users/users.finder.js';
import type { TokenPurpose } from './account-tokens.js';
import { Accounts } from './accounts.js';
import { mailOfToken } from './mailer.js';
import type { Moments } from './moments.js';
import { type HookResult, UsersHooks } from './users.hooks.js';

/** A symbol, so that a host's subclass can use every name. */
const ACCOUNTS = Symbol(
  'nestjs-users: accounts; UsersModule provides the service, so remove it from your providers',
);

/**
 * All operations on user accounts, with or without a request. A host extends this class to override the hooks.
 * The subclass may have any constructor, because this class injects by property.
 */
@Injectable()
export class UsersService<User extends BaseUser = BaseUser> extends UsersHooks<User> {
  @Inject(Accounts)
  private readonly [ACCOUNTS]!: Accounts<User>;

  /**
   * Finds the user with this id.
   * @param options `load` names the relations to load; `withDeleted` also finds softly deleted users
   * @throws {UserNotFoundError} if no user has this id, also for a malformed id
   */
  async getUser(id: UserId, options: { load?: LoadOptions<User> } & DeletedOption = {}): Promise<User> {
    const user = await this[ACCOUNTS].repository.findById(id, options.load, options);
    if (!user) throw new UserNotFoundError();
    return user;
  }

  /**
   * Finds one user whose columns have exactly these stored values.
   * @param options `load` names the relations to load; `withDeleted` also finds softly deleted users
   * @returns the user, or `undefined` if no user has these values
   * @throws {TypeError} for criteria that are empty, and for a value that is `undefined` or `null`
   */
  getUserBy(
    where: FindOptionsWhere<User>,
    options: { load?: LoadOptions<User> } & DeletedOption = {},
  ): Promise<User | undefined> {
    return this[ACCOUNTS].repository.findOne(where, options.load, options);
  }

  /**
   * Finds the user with this address, as a person typed it.
   * @returns the user, or `undefined` if no user has the address, or if the text is no address
   */
  async findByEmail(email: string): Promise<User | undefined> {
    const { repository, settings } = this[ACCOUNTS];
    const value = typeof email === 'string' ? normalizeProperty(email, 'email', settings) : undefined;
    return value === undefined ? undefined : repository.findByEmail(value);
  }

  /**
   * Finds the user with this identifier, as a person types it at a login: the [`identifier`](../../docs/options.md), or
   * [one of two identifiers](../../docs/options.md#two-identifiers).
   * @returns the user, or `undefined` if no user has the identifier, or if it is malformed
   */
  async findByIdentifier(identifier: string): Promise<User | undefined> {
    const { repository, settings } = this[ACCOUNTS];
    const typed = typeof identifier === 'string' ? identifierOf(identifier, settings) : undefined;
    return typed && repository.findByIdentifier(typed);
  }

  /**
   * Lists a page of users by cursor, with the filters and the orders of
   * [`GET /users`](../../docs/features/user-management.md).
   * @param query `limit`, `cursor`, `sort`, and the filters
   * @param options `load` names the relations to load
   * @returns `{ items, next }`; `next` is the cursor of the next page, or `null` on the last page
   * @throws {BadCursorError} for a cursor that is malformed, that belongs to another order, or whose user is gone
   * @throws {TypeError} for a filter that does not exist, because it would filter nothing
   */
  async listUsers(
    query: UsersPageQuery = {},
    options: { load?: LoadOptions<User> } = {},
  ): Promise<{ items: User[]; next: string | null }> {
    requireKnown(query, ['limit', 'cursor']);
    return this[ACCOUNTS].repository.findPage(query, options.load);
  }

  /**
   * Lists a page of users by offset, with the filters and the orders of `listUsers()`.
   * @param query `limit`, `offset`, `sort`, and the filters
   * @param options `load` names the relations to load
   * @returns `[users, total]`; `total` is the number of users on all pages
   * @throws {TypeError} for a filter that does not exist, because it would filter nothing
   */
  async listAndCountUsers(
    query: UsersQuery = {},
    options: { load?: LoadOptions<User> } = {},
  ): Promise<[User[], number]> {
    requireKnown(query, ['limit', 'offset']);
    return this[ACCOUNTS].repository.findAndCount(query, options.load);
  }

  /**
   * Makes a user as an administrator, a job or a script does.
   * [Any field](../../docs/entities.md#users-from-elsewhere) is possible, also `id`, `createdAt` and `passwordHash`. Only
   * the hook `validatePassword` runs. Never pass the body of a request directly.
   * @param how `verify` makes the address count as verified; `activate` decides whether the user is active; the
   * `preconditions` must still hold when the user is stored
   * @throws {UserAlreadyExistsError} also if `id` is taken
   * @throws {UserNotUniqueError}, {InvalidRegistrationPasswordError}, {InvalidIdentifierError}
   * @throws {TypeError} for a value that cannot be stored: see {@link AddedUserFields}
   */
  async addUser(
    user: AddedUserFields<User>,
    { preconditions, ...how }: AddUserParameters = {},
  ): Promise<User> {
    const { writer } = this[ACCOUNTS];
    const fields = await writer.prepareAdded(user, how, this.momentsOf(undefined).rules);
    return writer.insert(fields, undefined, preconditions);
  }

  /**
   * Why a password hash from elsewhere cannot be used here, in a sentence without the hash; `undefined` if a user with this
   * hash can log in. The hash may belong to no scheme of `passwords.schemes`, or
   * [cost too much](../../docs/hashes-from-elsewhere.md#bounds). `addUser()` refuses such a hash.
   */
  passwordHashFault(passwordHash: string): string | undefined {
    const fault = this[ACCOUNTS].writer.hashFault(passwordHash);
    return fault === undefined ? undefined : `The hash ${fault}.`;
  }

  /**
   * Registers a user as the route does, with hooks and mails. It takes only the fields that users may set themselves.
   * With `requireVerification`, it mails the verification token. Without `password`, the user has none.
   * @throws {UserAlreadyExistsError}, {UserNotUniqueError}, {InvalidRegistrationPasswordError}, {InvalidIdentifierError}
   * @throws {TooManyAttemptsError} only with `request`
   * @throws the refusal of `preRegistrationHook`
   */
  register(data: UserFields<User>, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].registration.register(data, this.momentsOf(request));
  }

  /**
   * Registers a user as `register()` does, without
   * [telling](../../docs/features/registration.md#concealing-who-is-registered) whether the identifier was known. The row
   * of a new identifier is written after the answer. The owner of a known identifier is told by
   * `sendRegistrationAttempt`.
   * @throws {InvalidRegistrationPasswordError}, {InvalidIdentifierError}
   * @throws {TooManyAttemptsError} only with `request`
   * @throws the refusal of `preRegistrationHook`
   */
  registerConcealed(data: UserFields<User>, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].registration.registerConcealed(data, this.momentsOf(request));
  }

  /**
   * Finds the user with these credentials. It runs `preLoginHook`, and replaces a password hash of an older scheme. With
   * `request`, the [limits](../../docs/limits.md) of a login apply.
   * @param login `password`, and the identifier: its field has the name of the identifier, or is `identifier`
   * @param options `load` names the relations to load
   * @throws {BadCredentialsError} for an unknown identifier, a wrong password and an inactive user alike
   * @throws {UserNotVerifiedError} only after the right password
   * @throws {TooManyAttemptsError} only with `request`
   * @throws the refusal of `preLoginHook`
   * @throws {TypeError} if `login` has no identifier
   */
  // oxlint-disable-next-line no-unnecessary-type-parameters -- so that a literal may name the host's own identifier
  async authenticate<Login extends LoginCredentials>(
    login: Login,
    request?: HttpRequest,
    { load }: { load?: LoadOptions<User> } = {},
  ): Promise<User> {
    const { passwordLogin, repository } = this[ACCOUNTS];
    const user = await passwordLogin.authenticate(login, this.momentsOf(request));
    await repository.loadRelations([user], load);
    return user;
  }

  /**
   * Checks whether this is the password of a user who is already loaded. With `request`, a wrong password counts as a
   * failed login.
   * @throws {TooManyAttemptsError} only with `request`
   */
  verifyPassword(user: User, password: string, request?: HttpRequest): Promise<boolean> {
    return this[ACCOUNTS].passwordLogin.verify(user, password, request);
  }

  /**
   * Changes any field of a user, as an administrator does. A new address is unverified unless `changes` sets
   * `isVerified`. A new password or a deactivation ends every login and invalidates every mailed token.
   * @param target a loaded user, or an id
   * @param preconditions conditions that must still hold when the change is written
   * @throws {UserNotFoundError}, {EmailAlreadyExistsError}, {UserNotUniqueError}, {LastSuperuserError},
   * {InvalidUpdatePasswordError}, {InvalidIdentifierError}
   * @throws {UserChangedMeanwhileError} if another request changed the user at the same time
   * @throws the refusal of `preUpdateHook` or of a precondition
   */
  async updateUser(
    target: User | UserId,
    changes: UserFields<User>,
    request?: HttpRequest,
    preconditions: readonly Precondition[] = [],
  ): Promise<User> {
    const user = await this.loaded(target);
    return this[ACCOUNTS].changes.update(user, changes, this.momentsOf(request), preconditions);
  }

  /**
   * Deletes a user. With a `@DeleteDateColumn()`, it only marks the row, and `restoreUser()` removes the mark. Every login
   * and every token ends, and links to accounts at providers are removed.
   * @param target a loaded user, or an id
   * @param preconditions conditions that must still hold when the user is deleted
   * @throws {UserNotFoundError}, {LastSuperuserError}
   * @throws {UserInUseError} if other rows still refer to the user
   * @throws the refusal of `preDeleteHook` or of a precondition
   */
  async deleteUser(
    target: User | UserId,
    request?: HttpRequest,
    preconditions: readonly Precondition[] = [],
  ): Promise<void> {
    const user = await this.loaded(target);
    await this[ACCOUNTS].deletion.delete(user, this.momentsOf(request), preconditions);
  }

  /**
   * Restores a softly deleted user: it removes the mark of `deleteUser()`. The user has the former password, flags and
   * roles, but no login.
   * @throws {UserNotFoundError} if no softly deleted user has this id
   * @throws {EmailAlreadyExistsError} if another user now has the address or the identifier
   * @throws {TypeError} if the entity has no `@DeleteDateColumn()`
   */
  restoreUser(id: UserId, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].deletion.restore(id, this.momentsOf(request));
  }

  /**
   * Mails a verification token to an address, if an active and unverified user has it. It does not tell whether a user
   * has it.
   * @throws {InvalidIdentifierError} if the text is no address
   * @throws {TooManyAttemptsError} only with `request`
   */
  requestVerification(email: string, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].verification.request(email, this.momentsOf(request));
  }

  /** Mails a verification token to a user, if the user is active and unverified. It returns at once. */
  mailVerification(user: User, request?: HttpRequest): void {
    this[ACCOUNTS].verification.mail(user, this.momentsOf(request));
  }

  /**
   * Uses a mailed verification token: the address that it was mailed to becomes verified. A token of
   * `mailEmailChange()` also makes it the address of the user.
   * @throws {BadVerifyTokenError}, {AlreadyVerifiedError}
   * @throws {EmailAlreadyExistsError} only for a token of `mailEmailChange()`, if another user now has the address
   */
  verify(token: string, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].verification.verify(token, this.momentsOf(request));
  }

  /**
   * Mails a new address the token that makes it the address of the user. The hook `sendVerificationToken` gets the user
   * with the new address. The stored address stays until the token is used. It returns at once.
   * @param newEmail the new address, as a person typed it
   * @param login the login that asks for the change; the token is invalid after this login has ended
   * @throws {InvalidIdentifierError} if the text is no address
   */
  mailEmailChange(user: User, newEmail: string, request?: HttpRequest, login?: string): void {
    const { emailChange, settings } = this[ACCOUNTS];
    const { email } = normalizeFields({ email: newEmail }, settings);
    emailChange.mail(user, email, this.momentsOf(request), login);
  }

  /**
   * Mails a reset token to an address, if an active user has it. It does not tell whether a user has it.
   * @throws {InvalidIdentifierError} if the text is no address
   * @throws {TooManyAttemptsError} only with `request`
   */
  requestPasswordReset(email: string, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].passwordReset.request(email, this.momentsOf(request));
  }

  /**
   * Mails a reset token to a user, as an administrator does.
   * @throws {UserInactiveError} for an inactive user
   * @throws {TooManyAttemptsError} only with `request`
   */
  mailPasswordReset(user: User, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].passwordReset.mail(user, this.momentsOf(request));
  }

  /**
   * Mails a new user the token that sets the first password. Its use also verifies the address. It returns at once.
   * @param lifetimeSeconds how long the token is valid
   */
  mailInvitation(user: User, lifetimeSeconds: number, request?: HttpRequest): void {
    this[ACCOUNTS].passwordReset.mailInvitation(user, lifetimeSeconds, this.momentsOf(request));
  }

  /**
   * Uses a mailed reset token: it sets a new password, ends every login, and invalidates every token of the user, also
   * this one.
   * @throws {BadResetTokenError}, {InvalidResetPasswordError}
   * @throws {TooManyAttemptsError} only with `request`
   */
  resetPassword(token: string, password: string, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].passwordReset.reset(token, password, this.momentsOf(request));
  }

  /**
   * Makes a token of the kind that is mailed, which your code delivers itself.
   * @param purpose `'verification'` or `'reset-password'`
   * @throws {TypeError} for an unknown purpose, or if `user` is not a loaded user
   */
  async generateToken(user: User, purpose: TokenPurpose): Promise<string> {
    if (!isLoaded(user)) throw new TypeError('generateToken() needs a loaded user; getUser() loads one.');
    return this[ACCOUNTS].tokens.mint(purpose, user);
  }

  /** @internal The option `mailer` sends the mail, unless a host overrides the hook. */
  override sendVerificationToken(user: User, token: string, request?: HttpRequest): HookResult {
    return this[ACCOUNTS].mailer?.send(mailOfToken(user, token, request));
  }

  /** @internal As {@link sendVerificationToken}. */
  override sendPasswordResetToken(user: User, token: string, request?: HttpRequest): HookResult {
    return this[ACCOUNTS].mailer?.send(mailOfToken(user, token, request));
  }

  /** @internal As {@link sendVerificationToken}. */
  override sendEmailChangeNotice(user: User, previousEmail: string, request?: HttpRequest): HookResult {
    return this[ACCOUNTS].mailer?.send({ kind: 'emailChangeNotice', to: previousEmail, user, request });
  }

  /** @internal As {@link sendVerificationToken}. */
  override sendRegistrationAttempt(user: User, request?: HttpRequest): HookResult {
    return this[ACCOUNTS].mailer?.send({ kind: 'registrationAttempt', to: user.email, user, request });
  }

  private momentsOf(request: HttpRequest | undefined): Moments<User> {
    return this[ACCOUNTS].moments.of<User>(this, request);
  }

  private loaded(target: User | UserId): User | Promise<User> {
    return isLoaded(target) ? target : this.getUser(target);
  }
}
