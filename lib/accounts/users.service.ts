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
import type { Moments } from './moments.js';
import { UsersHooks } from './users.hooks.js';

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
   * @param options `withDeleted` also finds softly deleted users
   * @throws {UserNotFoundError} also for a malformed id
   */
  async getUser(id: UserId, options: { load?: LoadOptions<User> } & DeletedOption = {}): Promise<User> {
    const user = await this[ACCOUNTS].repository.findById(id, options.load, options);
    if (!user) throw new UserNotFoundError();
    return user;
  }

  /**
   * Finds one user by columns, compared with the stored values.
   * @param options `withDeleted` also finds softly deleted users
   * @throws {TypeError} for criteria that are empty or undefined
   */
  getUserBy(
    where: FindOptionsWhere<User>,
    options: { load?: LoadOptions<User> } & DeletedOption = {},
  ): Promise<User | undefined> {
    return this[ACCOUNTS].repository.findOne(where, options.load, options);
  }

  /** The user with a typed address; `undefined` also for a text that is not an address. */
  async findByEmail(email: string): Promise<User | undefined> {
    const { repository, settings } = this[ACCOUNTS];
    const value = typeof email === 'string' ? normalizeProperty(email, 'email', settings) : undefined;
    return value === undefined ? undefined : repository.findByEmail(value);
  }

  /** The user with a typed identifier; `undefined` also for a malformed identifier. */
  async findByIdentifier(identifier: string): Promise<User | undefined> {
    const { repository, settings } = this[ACCOUNTS];
    const typed = typeof identifier === 'string' ? identifierOf(identifier, settings) : undefined;
    return typed && repository.findByIdentifier(typed);
  }

  /**
   * A page of users by cursor; `next` is the cursor of the next page, or `null`.
   * @throws {BadCursorError}; {TypeError} for a filter that does not exist
   */
  async listUsers(
    query: UsersPageQuery = {},
    options: { load?: LoadOptions<User> } = {},
  ): Promise<{ items: User[]; next: string | null }> {
    requireKnown(query, ['limit', 'cursor']);
    return this[ACCOUNTS].repository.findPage(query, options.load);
  }

  /**
   * A page of users, and the number of users on all pages.
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
   * Creates a user, for an administrator, a job or a command line. Any field may be set, also `id`, `createdAt`
   * and `passwordHash`, and the only hook that runs is `validatePassword`. Never pass a request body directly.
   * @throws {UserAlreadyExistsError} also if `id` is taken, {InvalidRegistrationPasswordError}
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
   * Registers a user with the fields that users may set themselves. With `requireVerification`, it mails the
   * verification token. Without `password`, the user has none.
   * @throws {UserAlreadyExistsError}, {InvalidRegistrationPasswordError}
   */
  register(data: UserFields<User>, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].registration.register(data, this.momentsOf(request));
  }

  /**
   * As {@link register}, but does and returns the same for a known identifier. For a new identifier, the row is
   * written after the answer. For a known one, its owner is told.
   */
  registerConcealed(data: UserFields<User>, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].registration.registerConcealed(data, this.momentsOf(request));
  }

  /**
   * The user with these credentials. Replaces a password hash of an older scheme.
   * @param login the identifier, under its own name or as `identifier`, and the password
   * @throws {BadCredentialsError} for an unknown identifier, a wrong password and an inactive user alike
   * @throws {UserNotVerifiedError} only after the right password
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
   * Checks the password of a user who is already loaded. With a request, a wrong password counts as a failed
   * login.
   * @throws {TooManyAttemptsError}
   */
  verifyPassword(user: User, password: string, request?: HttpRequest): Promise<boolean> {
    return this[ACCOUNTS].passwordLogin.verify(user, password, request);
  }

  /**
   * Changes any field, as an administrator may. A new address is unverified unless `changes` sets `isVerified`.
   * A new password or a deactivation invalidates every token.
   * @param preconditions conditions that must still hold when the change is written
   * @throws {UserNotFoundError}, {EmailAlreadyExistsError}, {LastSuperuserError}, {InvalidUpdatePasswordError}
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
   * Deletes the user. If the entity has a `@DeleteDateColumn()`, {@link restoreUser} can undo it. Every login
   * and every token ends, and links to accounts at providers are removed.
   * @param preconditions conditions that must still hold when the user is deleted
   * @throws {UserNotFoundError}, {LastSuperuserError}, {UserInUseError} if other rows still refer to the user
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
   * Restores a softly deleted user with the former password, flags and roles, but without any login.
   * @throws {UserNotFoundError} if no softly deleted user has this id
   * @throws {EmailAlreadyExistsError} if another user now has the address
   * @throws {TypeError} if the entity has no `@DeleteDateColumn()`
   */
  restoreUser(id: UserId, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].deletion.restore(id, this.momentsOf(request));
  }

  /** Mails a verification token to a typed address. The answer does not reveal whether a user has it. */
  requestVerification(email: string, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].verification.request(email, this.momentsOf(request));
  }

  /**
   * Mails a verification token after the answer. Does nothing for a user who is inactive or already verified.
   */
  mailVerification(user: User, request?: HttpRequest): void {
    this[ACCOUNTS].verification.mail(user, this.momentsOf(request));
  }

  /**
   * Verifies the address that the token was mailed to. A token of {@link mailEmailChange} sets the user's new
   * address.
   * @throws {BadVerifyTokenError}, {AlreadyVerifiedError}, {EmailAlreadyExistsError}
   */
  verify(token: string, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].verification.verify(token, this.momentsOf(request));
  }

  /**
   * Mails the new address the token that makes it the user's, by {@link UsersHooks.sendVerificationToken} with the
   * user as they will be: the old address stays until the token is used.
   * @param newEmail as somebody typed it
   * @param login that asks for the change, which ends with it
   * @throws {InvalidIdentifierError}
   */
  mailEmailChange(user: User, newEmail: string, request?: HttpRequest, login?: string): void {
    const { emailChange, settings } = this[ACCOUNTS];
    const { email } = normalizeFields({ email: newEmail }, settings);
    emailChange.mail(user, email, this.momentsOf(request), login);
  }

  /**
   * Mails a reset token to a typed address if an active user has it. The answer does not reveal whether a user
   * has it.
   */
  requestPasswordReset(email: string, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].passwordReset.request(email, this.momentsOf(request));
  }

  /**
   * Mails the user a reset token, at an administrator's request.
   * @throws {UserInactiveError}, {TooManyAttemptsError}
   */
  mailPasswordReset(user: User, request?: HttpRequest): Promise<void> {
    return this[ACCOUNTS].passwordReset.mail(user, this.momentsOf(request));
  }

  /**
   * Mails a new user the token for the first password. Using it also verifies the address.
   * @param lifetimeSeconds how long the token is valid
   */
  mailInvitation(user: User, lifetimeSeconds: number, request?: HttpRequest): void {
    this[ACCOUNTS].passwordReset.mailInvitation(user, lifetimeSeconds, this.momentsOf(request));
  }

  /**
   * Sets a new password and invalidates every token of the user, also this one.
   * @throws {BadResetTokenError}, {InvalidResetPasswordError}
   */
  resetPassword(token: string, password: string, request?: HttpRequest): Promise<User> {
    return this[ACCOUNTS].passwordReset.reset(token, password, this.momentsOf(request));
  }

  /**
   * Makes a token of the kind that is mailed, for a host that delivers it in its own way.
   * @throws {TypeError} for an unknown purpose, or if `user` is not a user from the repository
   */
  async generateToken(user: User, purpose: TokenPurpose): Promise<string> {
    if (!isLoaded(user)) throw new TypeError('generateToken() needs a loaded user; getUser() loads one.');
    return this[ACCOUNTS].tokens.mint(purpose, user);
  }

  private momentsOf(request: HttpRequest | undefined): Moments<User> {
    return this[ACCOUNTS].moments.of<User>(this, request);
  }

  private loaded(target: User | UserId): User | Promise<User> {
    return isLoaded(target) ? target : this.getUser(target);
  }
}
