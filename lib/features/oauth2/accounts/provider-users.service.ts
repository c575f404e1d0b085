import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { SessionsRepository } from '../../../authentication/sessions/sessions.repository.js';
import { stackOf } from '../../../common/background.js';
import { isSameId } from '../../../database/entity-id.js';
import type { HttpRequest } from '../../../common/http.js';
import { andThen } from '../../../common/late-write.js';
import { InvalidBodyError } from '../../../common/users-error.js';
import { requireAdmitted } from '../../../accounts/admission.js';
import { Limits } from '../../../accounts/limits/limits.js';
import { HostMoments, type Moments } from '../../../accounts/moments.js';
import type { BaseUser } from '../../../users/user.entity.js';
import { normalizeFields, type UserFields } from '../../../users/user-fields.js';
import { Registration } from '../../../accounts/registration.js';
import { UserWriter } from '../../../accounts/user-writer.js';
import {
  BadCredentialsError,
  InvalidIdentifierError,
  UserAlreadyExistsError,
  UserNotVerifiedError,
} from '../../../users/users.errors.js';
import { UsersRepository } from '../../../users/users.repository.js';
import { UsersService } from '../../../accounts/users.service.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../../../accounts/accounts.settings.js';
import type { ProviderLogin } from '../clients/oauth-client.js';
import { accountKeyOf, type ProviderIdentity } from '../clients/provider-identity.js';
import { OAuthAccountsRepository } from './oauth-accounts.repository.js';
import { AccountLinking } from './account-linking.js';
import { EmailNotAvailableError, OAuthProviderError, OAuthUserAlreadyExistsError } from '../oauth2.errors.js';
import { NEW_USER, type OAuth2Options } from '../oauth2.options.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';

type KnownLogin = ProviderLogin & { email: string };

/** Finds the user of an account at a provider: the linked user, a user to link it to, or a new user. */
@Injectable()
export class ProviderUsersService {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly users: UsersService,
    private readonly repository: UsersRepository,
    private readonly accounts: OAuthAccountsRepository,
    private readonly linking: AccountLinking,
    private readonly writer: UserWriter,
    private readonly registration: Registration,
    private readonly moments: HostMoments,
    private readonly limits: Limits,
    @Inject(ACCOUNTS_SETTINGS) private readonly usersSettings: AccountsSettings,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
    @Optional() private readonly sessions?: SessionsRepository,
    @Optional()
    @Inject(NEW_USER)
    private readonly newUser?: OAuth2Options['newUser'],
  ) {}

  /**
   * The user who logs in, if the user may.
   * @throws {BadCredentialsError}, {UserNotVerifiedError}, {EmailNotAvailableError},
   * {OAuthUserAlreadyExistsError}
   */
  async authenticate(login: ProviderLogin, request: HttpRequest): Promise<BaseUser> {
    const email = login.email ?? '';
    const attempt = { identifier: email, email, provider: login.provider };
    const moments = this.moments.of(this.users, request);
    const refusal = await moments.loginRefusal(attempt);
    if (refusal) throw refusal;

    const user = await this.findOrCreate(login, moments);
    this.requireAdmitted(user);
    return user;
  }

  /** @throws {BadCredentialsError}, {UserNotVerifiedError} */
  requireAdmitted(user: BaseUser): void {
    requireAdmitted(user, this.usersSettings);
  }

  /**
   * Requires that the account is still linked to the user. Otherwise, a login that was under way must not
   * succeed.
   * @throws the result of `refusal`
   */
  async requireLinked(user: BaseUser, accountKey: string, refusal: () => Error): Promise<void> {
    const owner = await this.accounts.findOwner(accountKey);
    if (!isSameId(owner?.user.id, user.id)) throw refusal();
  }

  /** Of several parallel first logins, one creates the user. The others find the user when they look again. */
  private async findOrCreate(login: ProviderLogin, moments: Moments): Promise<BaseUser> {
    try {
      return await this.decide(login, moments);
    } catch (error) {
      // The request has no body, so a value that the database refuses came from the provider.
      if (error instanceof InvalidBodyError) throw new OAuthProviderError(error);
      if (!(error instanceof UserAlreadyExistsError || error instanceof OAuthUserAlreadyExistsError))
        throw error;
      const owner = await this.accounts.findOwner(accountKeyOf(login));
      if (owner) return owner.user;
      throw new OAuthUserAlreadyExistsError(error);
    }
  }

  private async decide(login: ProviderLogin, moments: Moments): Promise<BaseUser> {
    const owner = await this.accounts.findOwner(accountKeyOf(login));
    if (owner) {
      await this.linking.refreshAccount(owner.account, login);
      return owner.user;
    }
    const known = this.withStoredEmail(login);
    const isConcealed = this.usersSettings.concealsExisting && !login.isEmailVerified;
    if (isConcealed) return this.conceal(known, moments);

    const user = await this.repository.findByEmail(known.email);
    return user ? this.associate(user, known, moments) : this.register(known, moments);
  }

  /** Adds the address in its stored form. */
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

  private async associate(user: BaseUser, login: KnownLogin, moments: Moments): Promise<BaseUser> {
    if (!this.settings.associateByEmail || !login.isEmailVerified) throw new OAuthUserAlreadyExistsError();
    if (!user.isActive) throw new BadCredentialsError();
    if (user.isVerified) {
      await this.linking.link(user, login);
      return user;
    }
    return this.takeOver(user, login, moments);
  }

  /**
   * Hands the account over. The person who registered it with another person's address can no longer log in.
   */
  private async takeOver(user: BaseUser, login: KnownLogin, moments: Moments): Promise<BaseUser> {
    const inTransaction = await this.linking.insertion(login);
    const taken = this.writer.takeOver(user, (manager) => inTransaction(manager, user.id));
    return andThen(taken, async (isUnchanged) => {
      if (!isUnchanged) throw new OAuthUserAlreadyExistsError();
      const owner = await this.users.getUser(user.id);
      await this.limits.forgetClientsOf(owner);
      return andThen(this.sessions?.deleteAll(owner.id) ?? Promise.resolve(), async () => {
        await moments.after('verified', owner);
        return owner;
      });
    });
  }

  private async register(login: KnownLogin, moments: Moments): Promise<BaseUser> {
    const fields = await this.newcomer(login);
    const inTransaction = await this.linking.insertion(login);
    return this.registration.register(fields, moments, { verify: login.isEmailVerified, inTransaction });
  }

  /**
   * Answers the same for known and new addresses, and mails the address. Nothing is linked: verification would
   * remove the link, and the next login with the account would reveal that.
   */
  private async conceal(login: KnownLogin, moments: Moments): Promise<never> {
    await this.registration.registerConcealed(await this.newcomer(login), moments);
    throw new UserNotVerifiedError();
  }

  /** @throws {BadCredentialsError} if registration through a provider is turned off */
  private async newcomer(login: KnownLogin): Promise<UserFields> {
    if (!this.settings.allowRegistration) throw new BadCredentialsError();
    const { tokens: _, ...identity } = login;
    const { password: __, ...fields } = await this.newUserFields(identity);
    return { ...fields, email: login.email };
  }

  /**
   * A provider may send data of any shape. If the host's function fails on it, the answer blames the provider.
   */
  private async newUserFields(identity: ProviderIdentity): Promise<UserFields> {
    try {
      return { ...(await this.newUser?.(identity)) };
    } catch (error) {
      this.logger.error('newUser failed', stackOf(error));
      throw new OAuthProviderError(error);
    }
  }
}
