import { Inject, Injectable, Logger, type OnModuleInit, Optional } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { EntityMetadata, Repository } from 'typeorm';
import { ConfigurationError } from '../../common/configuration-error.js';
import { hasPlainId, isUniqueColumn, missingColumn, ownerFault } from '../../common/entity-metadata.js';
import { requiredColumns } from '../../users/required-columns.js';
import type { BaseUser } from '../../users/user.entity.js';
import { USER_ENTITY_REPOSITORY, USERS_SETTINGS, type UsersSettings } from '../../users/users.settings.js';
import type { BaseOAuthAccount } from './oauth-account.entity.js';
import { OAUTH_ACCOUNT_ENTITY_REPOSITORY } from './oauth-accounts.repository.js';
import { OPEN_FEATURES } from './oauth-accounts.service.js';
import type { BaseOneTimeToken } from './one-time-token.entity.js';
import { type OAuth2Options, NEW_USER } from './oauth2.options.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { ONE_TIME_TOKEN_ENTITY_REPOSITORY } from './one-time-tokens.js';

const ACCOUNT_COLUMNS = [
  ...['id', 'provider', 'accountKey', 'accountId', 'accountEmail', 'accessToken', 'refreshToken'],
  ...['tokenExpiresAt', 'createdAt'],
];
const HIDDEN_COLUMNS = ['accountKey', 'accessToken', 'refreshToken'];

/** What can be checked of the entities only once they exist. Each fault stops the boot with one sentence. */
@Injectable()
export class OAuth2Checks implements OnModuleInit {
  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    @Inject(OAUTH_ACCOUNT_ENTITY_REPOSITORY) private readonly accounts: Repository<BaseOAuthAccount>,
    @Inject(ONE_TIME_TOKEN_ENTITY_REPOSITORY) private readonly tokens: Repository<BaseOneTimeToken>,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
    @Inject(USERS_SETTINGS) private readonly usersSettings: UsersSettings,
    @Inject(OPEN_FEATURES) private readonly open: readonly string[],
    private readonly application: ApplicationConfig,
    @Optional()
    @Inject(NEW_USER)
    private readonly newUser?: OAuth2Options['newUser'],
  ) {}

  onModuleInit(): void {
    this.checkAccounts(this.accounts.metadata);
    this.checkNewUsers();
    this.checkWaysIn();
    const { metadata } = this.tokens;
    const keys = metadata.primaryColumns.map(({ propertyName }) => propertyName);
    if (missingColumn(metadata, ['id', 'expiresAt', 'content']) !== undefined || keys.join() !== 'id') {
      throw new ConfigurationError(
        `entities.oneTimeToken: ${metadata.name} must extend BaseOneTimeToken, whose primary key is the column id alone.`,
      );
    }
    this.warnOfPrefix();
  }

  /** A proxy may add the prefix, or take it away: no more than a hint. */
  private warnOfPrefix(): void {
    const prefix = this.application.getGlobalPrefix().replace(/^\/|\/$/g, '');
    if (prefix === '' || this.settings.redirectUrl.endsWith(`/${prefix}`)) return;
    new Logger('UsersModule').warn(
      `oauth2.redirectUrl does not end with the global prefix ${prefix}: the providers send browsers to ${this.settings.redirectUrl}/….`,
    );
  }

  /** What a new user needs beside an address, no provider tells of itself. */
  private checkNewUsers(): void {
    const [required] = requiredColumns(this.users);
    if (required === undefined || this.newUser || !this.settings.allowRegistration) return;
    throw new ConfigurationError(
      `oauth2.newUser is missing: ${this.users.metadata.name} needs ${required}; return it there, give the column a default, or set oauth2.allowRegistration: false.`,
    );
  }

  /** Whoever verifies an address loses the link by which they came: without a password they would be locked out. */
  private checkWaysIn(): void {
    const { clients, allowRegistration } = this.settings;
    const doubtful = clients.find(({ trustEmail }) => !trustEmail);
    const hasPasswords = this.open.includes('auth') && this.open.includes('passwordReset');
    if (!doubtful || hasPasswords || !allowRegistration || !this.usersSettings.requireVerification) return;
    throw new ConfigurationError(
      `oauth2.clients.${doubtful.name} vouches for no address, and with requireVerification its new users get in by a password alone; open auth and passwordReset, or set requireVerification or oauth2.allowRegistration to false.`,
    );
  }

  private checkAccounts(metadata: EntityMetadata): void {
    const { name } = metadata;
    const missing = missingColumn(metadata, ACCOUNT_COLUMNS);
    if (missing !== undefined) {
      refuse(`${name} has no column ${missing}; extend UuidOAuthAccount or IntOAuthAccount, or add it`);
    }
    if (!isUniqueColumn(metadata, 'accountKey')) {
      refuse(`${name}.accountKey needs a unique index; two users could have one account`);
    }
    if (!hasPlainId(metadata))
      refuse(`the primary key of ${name} must be one column id, a UUID or an integer`);
    const shown = HIDDEN_COLUMNS.find((column) => metadata.findColumnWithPropertyName(column)?.isSelect);
    if (shown !== undefined) refuse(`the column ${shown} of ${name} must have select: false`);
    const fault = ownerFault(metadata, this.users.metadata);
    if (fault !== undefined) refuse(fault);
  }
}

function refuse(sentence: string): never {
  throw new ConfigurationError(`entities.oauthAccount: ${sentence}.`);
}
