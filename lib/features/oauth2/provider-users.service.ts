import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { SessionsRepository } from '../../authentication/sessions/sessions.repository.js';
import { stackOf } from '../../common/background.js';
import type { HttpRequest } from '../../common/http.js';
import { InvalidBodyError } from '../../common/users-error.js';
import { preLoginRefusal, requireAdmitted } from '../../users/admission.js';
import { HookRunner } from '../../users/hook-runner.js';
import type { BaseUser } from '../../users/user.entity.js';
import { normalizeFields, type UserFields } from '../../users/user-fields.js';
import { Registrations } from '../../users/registrations.js';
import { UserWriter } from '../../users/user-writer.js';
import {
  BadCredentialsError,
  InvalidIdentifierError,
  UserAlreadyExistsError,
  UserNotVerifiedError,
} from '../../users/users.errors.js';
import { UserEvents, UserEventsEmitter } from '../../users/users.events.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';
import { USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
import type { ProviderLogin } from './clients/oauth-client.js';
import { accountKeyOf, type ProviderIdentity } from './clients/provider-identity.js';
import { OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { AccountLinking } from './account-linking.js';
import { EmailNotAvailableError, OAuthProviderError, OAuthUserAlreadyExistsError } from './oauth2.errors.js';
import { NEW_USER, type OAuth2Options } from './oauth2.options.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';

type KnownLogin = ProviderLogin & { email: string };

/** Whose account at a provider it is: a user's, a user's from now on, or a new user's. */
@Injectable()
export class ProviderUsersService {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly users: UsersService,
    private readonly repository: UsersRepository,
    private readonly accounts: OAuthAccountsRepository,
    private readonly linking: AccountLinking,
    private readonly writer: UserWriter,
    private readonly registrations: Registrations,
    private readonly hooks: HookRunner,
    private readonly events: UserEventsEmitter,
    @Inject(USERS_SETTINGS) private readonly usersSettings: UsersSettings,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
    @Optional() private readonly sessions?: SessionsRepository,
    @Optional()
    @Inject(NEW_USER)
    private readonly newUser?: OAuth2Options['newUser'],
  ) {}

  /**
   * The user who logs in, if they may.
   * @throws {BadCredentialsError}, {UserNotVerifiedError}, {EmailNotAvailableError}, {OAuthUserAlreadyExistsError}
   */
  async authenticate(login: ProviderLogin, request: HttpRequest): Promise<BaseUser> {
    const attempt = { email: login.email ?? '', provider: login.provider };
    const refusal = await preLoginRefusal(this.users, this.hooks, attempt, request);
    if (refusal) throw refusal;

    const user = await this.findOrCreate(login, request);
    this.requireAdmitted(user);
    return user;
  }

  /** @throws {BadCredentialsError}, {UserNotVerifiedError} */
  requireAdmitted(user: BaseUser): void {
    requireAdmitted(user, this.usersSettings);
  }

  /** Of many first logins at once, one makes the user; the others find them when they look again. */
  private async findOrCreate(login: ProviderLogin, request: HttpRequest): Promise<BaseUser> {
    try {
      return await this.decide(login, request);
    } catch (error) {
      // There is no body: what the database does not take came from the provider.
      if (error instanceof InvalidBodyError) throw new OAuthProviderError(error);
      if (!(error instanceof UserAlreadyExistsError || error instanceof OAuthUserAlreadyExistsError))
        throw error;
      const owner = await this.accounts.findOwner(accountKeyOf(login));
      if (owner) return owner.user;
      throw new OAuthUserAlreadyExistsError(error);
    }
  }

  private async decide(login: ProviderLogin, request: HttpRequest): Promise<BaseUser> {
    const owner = await this.accounts.findOwner(accountKeyOf(login));
    if (owner) {
      await this.linking.refreshAccount(owner.account, login);
      return owner.user;
    }
    const known = this.withStoredEmail(login);
    const isConcealed = this.usersSettings.concealsExisting && !login.isEmailVerified;
    if (isConcealed) return this.conceal(known, request);

    const user = await this.repository.findByEmail(known.email);
    return user ? this.associate(user, known, request) : this.register(known, request);
  }

  /** The address in the form in which the host stores it. */
  private withStoredEmail(login: ProviderLogin): KnownLogin {
    try {
      if (login.email !== undefined) {
        return { ...login, ...normalizeFields({ email: login.email }, this.usersSettings) };
      }
    } catch (error) {
      if (!(error instanceof InvalidIdentifierError)) throw error;
    }
    throw new EmailNotAvailableError();
  }

  private async associate(user: BaseUser, login: KnownLogin, request: HttpRequest): Promise<BaseUser> {
    if (!this.settings.associateByEmail || !login.isEmailVerified) throw new OAuthUserAlreadyExistsError();
    if (!user.isActive) throw new BadCredentialsError();
    if (user.isVerified) {
      await this.linking.link(user, login);
      return user;
    }
    return this.takeOver(user, login, request);
  }

  /** Whoever registered with an address that is not theirs keeps no way in. */
  private async takeOver(user: BaseUser, login: KnownLogin, request: HttpRequest): Promise<BaseUser> {
    const along = await this.linking.insertion(login);
    if (!(await this.writer.takeOver(user, (manager) => along(manager, user.id)))) {
      throw new OAuthUserAlreadyExistsError();
    }
    const owner = await this.users.getUser(user.id);
    await this.sessions?.deleteAll(owner.id);
    await this.hooks.after('postVerificationHook', () => this.users.postVerificationHook(owner, request));
    this.events.emit(UserEvents.Verified, owner);
    return owner;
  }

  private async register(login: KnownLogin, request: HttpRequest): Promise<BaseUser> {
    const fields = await this.newcomer(login);
    const along = await this.linking.insertion(login);
    return this.registrations.register(this.users, fields, request, { verify: login.isEmailVerified, along });
  }

  /**
   * The answer is the same whether the address is known; its reader is told. Nothing is linked: verification would
   * remove it, and the next login by the account would tell.
   */
  private async conceal(login: KnownLogin, request: HttpRequest): Promise<never> {
    await this.registrations.registerConcealed(this.users, await this.newcomer(login), request);
    throw new UserNotVerifiedError();
  }

  /** @throws {BadCredentialsError} where nobody may register this way */
  private async newcomer(login: KnownLogin): Promise<UserFields> {
    if (!this.settings.allowRegistration) throw new BadCredentialsError();
    const { tokens: _, ...identity } = login;
    const { password: __, ...fields } = await this.newUserFields(identity);
    return { ...fields, email: login.email };
  }

  /** What a provider says may be of any shape: where the host did not expect it, the provider is to blame. */
  private async newUserFields(identity: ProviderIdentity): Promise<UserFields> {
    try {
      return { ...(await this.newUser?.(identity)) };
    } catch (error) {
      this.logger.error('newUser failed', stackOf(error));
      throw new OAuthProviderError(error);
    }
  }
}
