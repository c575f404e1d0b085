import { Inject, Injectable, Logger } from '@nestjs/common';
import { type FindOptionsWhere, IsNull } from 'typeorm';
import { placesOf, stackOf } from '../common/background.js';
import { definedFields } from '../common/defined-fields.js';
import { andThen } from '../common/late-write.js';
import { TemporarilyUnavailableError } from '../common/users-error.js';
import type { Identifier } from '../users/identifiers.js';
import type { BaseUser } from '../users/user.entity.js';
import { type AddedUserFields, normalizeFields } from '../users/user-fields.js';
import { UserAlreadyExistsError } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from './accounts.settings.js';
import { FailureDue } from './failure-due.js';
import { type JudgedLogin, judgeLogin } from './judged-login.js';
import { Limits } from './limits/limits.js';
import type { Moments } from './moments.js';
import { Passwords } from './passwords/passwords.js';
import { UserWriter } from './user-writer.js';
import type { LegacyUser } from './users.hooks.js';
import { Verification } from './verification.js';

type Known<User extends BaseUser> = JudgedLogin<User> & { identifier: Identifier };

const HOOK = 'legacyLogin';

/** Lets an earlier system judge the first login of a user of whom there is no hash here. */
@Injectable()
export class LegacyLogin<User extends BaseUser = BaseUser> {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly repository: UsersRepository<User>,
    private readonly passwords: Passwords,
    private readonly writer: UserWriter<User>,
    private readonly verification: Verification<User>,
    private readonly limits: Limits,
    @Inject(ACCOUNTS_SETTINGS) private readonly settings: AccountsSettings,
  ) {}

  /** When a failed login is answered, counted from now: at once without the hook, and with it at one time for all. */
  failureDue(moments: Moments<User>): FailureDue {
    return new FailureDue(moments.hasLegacyLogin ? this.settings.passwords.legacyLoginSeconds : 0);
  }

  /**
   * The user, if the earlier system accepts the credentials. The user and the hash are then stored.
   * @throws {TemporarilyUnavailableError} only after the earlier system said yes
   */
  async accept(login: JudgedLogin<User>, moments: Moments<User>, due: FailureDue): Promise<User | undefined> {
    if (!moments.hasLegacyLogin || !isIdentified(login) || !this.passwords.isHashable(login.password))
      return undefined;
    const { user, stored } = login;
    if (!user) {
      const holder = await this.holderOf(login.identifier);
      if (holder) return holder === 'deleted' ? undefined : this.judgeAgain(login);
    } else if (!user.isActive || (stored && this.passwords.fault(stored) === undefined)) {
      return undefined;
    }
    const legacy = await this.ask(login, moments, due);
    if (!legacy) return undefined;
    try {
      return await this.store(login, legacy, moments);
    } catch (error) {
      if (error instanceof TemporarilyUnavailableError) throw error;
      // Of several first logins at once, one stored the user.
      if (error instanceof UserAlreadyExistsError) return this.judgeAgain(login);
      this.logger.error(`A user whom ${HOOK} found could not be stored`, stackOf(error));
      return undefined;
    }
  }

  /** Who has the identifier of a user who was not found: a user who was deleted softly, or who was stored this moment. */
  private async holderOf({ property, value }: Identifier): Promise<'deleted' | 'stored' | undefined> {
    const holder = await this.repository.findHolder(property, value);
    // MariaDB also finds values that only look alike. Those are unique there, too.
    if (!holder || this.repository.isDeleted(holder)) return holder && 'deleted';
    return 'stored';
  }

  private async ask(
    { identifier, user, password }: Known<User>,
    moments: Moments<User>,
    due: FailureDue,
  ): Promise<LegacyUser<User> | undefined> {
    try {
      const answer = await due.before((signal) =>
        moments.legacyLogin({ identifier: identifier.value, password, signal }, user),
      );
      if (isLegacyUser<User>(answer)) return answer;
      if (answer !== undefined && answer !== null && answer !== false) {
        this.logger.error(`${HOOK} must return the fields of the user with isVerified, or nothing.`);
      }
    } catch (error) {
      // The hook gets the password.
      this.logger.error(`${HOOK} failed: ${placesOf(error)}`);
    }
    return undefined;
  }

  private async store(
    login: Known<User>,
    legacy: LegacyUser<User>,
    moments: Moments<User>,
  ): Promise<User | undefined> {
    const { property, value } = login.identifier;
    const normal = normalizeFields({ [property]: value, ...definedFields(legacy) }, this.settings);
    const { email, ...fields } = normal;
    if (typeof email !== 'string') throw new TypeError(`${HOOK} must return the email of the user.`);
    // An earlier system may take an alias, or a name that is another person's address.
    if ((normal as Record<string, unknown>)[property] !== value)
      throw new TypeError(`${HOOK} returned another ${property} than the one of the login.`);
    // An answer of the earlier system that is passed on as it is must not make one.
    if (legacy.isSuperuser)
      throw new TypeError(`${HOOK} must not return isSuperuser: true; promote the user afterwards.`);
    if (login.user) return this.complete(login, login.user, email, legacy, moments);

    const passwordHash = await this.passwords.hash(login.password);
    // The fields that only `addUser()` may set are taken from the hook, too.
    const added = { ...legacy, ...fields, email, passwordHash } as AddedUserFields;
    const row = await this.writer.prepareAdded(added, {}, moments.rules);
    return andThen(this.writer.insert(row), async (user) => {
      if (this.settings.requireVerification) this.verification.mailNewcomer(user, moments);
      await moments.after('registered', user);
      return user.isActive ? user : undefined;
    });
  }

  /**
   * Gives a user of whom there is no usable hash the hash of the password. The user may be another person than the one in the
   * earlier system: only an address that the earlier system has verified shows that both are one. As at a login by a
   * provider, what was set up before ends if the address was not verified here.
   */
  private async complete(
    login: Known<User>,
    user: User,
    email: string,
    { isVerified }: LegacyUser<User>,
    moments: Moments<User>,
  ): Promise<User | undefined> {
    if (!isVerified || email !== user.email) {
      this.logger.warn(
        `${HOOK} found a user who exists here, without showing by a verified address that they are one.`,
      );
      return undefined;
    }
    const passwordHash = await this.passwords.hash(login.password);
    if (!user.isVerified) return this.takeOver(login, user, passwordHash, moments);

    const { id, tokenVersion } = user;
    const unchanged = { id, email, tokenVersion, isActive: true, passwordHash: login.stored ?? IsNull() };
    const stored = this.repository.update(unchanged as FindOptionsWhere<User>, { passwordHash });
    return andThen(stored, (isUnchanged) => (isUnchanged ? user : this.judgeAgain(login)));
  }

  private takeOver(
    login: Known<User>,
    user: User,
    passwordHash: string,
    moments: Moments<User>,
  ): Promise<User | undefined> {
    return andThen(this.writer.takeOver(user, undefined, passwordHash), async (isUnchanged) => {
      const owner = isUnchanged ? await this.repository.findById(user.id) : undefined;
      if (!owner) return this.judgeAgain(login);
      await this.limits.forgetClientsOf(owner);
      await moments.after('verified', owner);
      return owner;
    });
  }

  /** The user changed meanwhile, so what is stored now decides. */
  private async judgeAgain({ identifier, password }: Known<User>): Promise<User | undefined> {
    const { user, verdict } = await judgeLogin(this.repository, this.passwords, identifier, password);
    return user?.isActive && (verdict === 'right' || verdict === 'outdated') ? user : undefined;
  }
}

const isIdentified = <User extends BaseUser>(login: JudgedLogin<User>): login is Known<User> =>
  login.identifier !== undefined;

const isLegacyUser = <User extends BaseUser>(answer: unknown): answer is LegacyUser<User> =>
  typeof answer === 'object' && answer !== null && typeof (answer as LegacyUser).isVerified === 'boolean';
