import { Inject, Injectable, Logger, type OnModuleInit, Optional } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import type { EntityMetadata, Repository } from 'typeorm';
import { ConfigurationError } from '../../common/configuration-error.js';
import {
  columnOf,
  isUniqueColumn,
  missingColumn,
  ownerFault,
  primaryKeyFault,
} from '../../database/entity-metadata.js';
import { requiredColumns, requiredUserColumns } from '../../users/required-columns.js';
import { type BaseUser, USER_ENTITY_REPOSITORY } from '../../users/user.entity.js';
import { ACCOUNTS_SETTINGS, type AccountsSettings } from '../../accounts/accounts.settings.js';
import type { BaseOAuthAccount } from './accounts/oauth-account.entity.js';
import { OAUTH_ACCOUNT_ENTITY_REPOSITORY } from './accounts/oauth-accounts.repository.js';
import { OPEN_FEATURES } from './accounts/oauth-accounts.service.js';
import type { BaseOneTimeToken } from './flow/one-time-token.entity.js';
import { type OAuth2Options, NEW_USER } from './oauth2.options.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { ONE_TIME_TOKEN_ENTITY_REPOSITORY } from './flow/one-time-tokens.js';

const ACCOUNT_COLUMNS = [
  ...['id', 'provider', 'accountKey', 'accountId', 'accountEmail', 'accessToken', 'refreshToken'],
  ...['tokenExpiresAt', 'createdAt'],
];
const HIDDEN_COLUMNS = ['accountKey', 'accessToken', 'refreshToken'];

/** Checks that need the entities. Each fault stops the boot with one sentence. */
@Injectable()
export class OAuth2Checks implements OnModuleInit {
  constructor(
    @Inject(USER_ENTITY_REPOSITORY) private readonly users: Repository<BaseUser>,
    @Inject(OAUTH_ACCOUNT_ENTITY_REPOSITORY) private readonly accounts: Repository<BaseOAuthAccount>,
    @Inject(ONE_TIME_TOKEN_ENTITY_REPOSITORY) private readonly tokens: Repository<BaseOneTimeToken>,
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
    @Inject(ACCOUNTS_SETTINGS) private readonly usersSettings: AccountsSettings,
    @Inject(OPEN_FEATURES) private readonly open: readonly string[],
    private readonly application: ApplicationConfig,
    @Optional()
    @Inject(NEW_USER)
    private readonly newUser?: OAuth2Options['newUser'],
  ) {}

  onModuleInit(): void {
    this.checkAccounts(this.accounts.metadata);
    this.checkNewUsers();
    this.checkLoginMethods();
    const { metadata } = this.tokens;
    const keys = metadata.primaryColumns.map(({ propertyName }) => propertyName);
    if (missingColumn(metadata, ['id', 'expiresAt', 'content']) !== undefined || keys.join() !== 'id') {
      throw new ConfigurationError(
        `entities.oneTimeToken: ${metadata.name} must extend BaseOneTimeToken, whose only primary key is the column id.`,
      );
    }
    this.warnOfPrefix();
  }

  /** Only a warning, because a proxy may add or remove the prefix. */
  private warnOfPrefix(): void {
    const prefix = this.application.getGlobalPrefix().replace(/^\/|\/$/g, '');
    if (prefix === '' || this.settings.publicUrl.endsWith(`/${prefix}`)) return;
    new Logger('UsersModule').warn(
      `oauth2.publicUrl does not end with the global prefix ${prefix}, so the providers send browsers to ${this.settings.publicUrl}/….`,
    );
  }

  /** A provider does not supply the columns that a new user needs in addition to the address. */
  private checkNewUsers(): void {
    const [required] = requiredUserColumns(this.users);
    if (required === undefined || this.newUser || !this.settings.allowRegistration) return;
    throw new ConfigurationError(
      `oauth2.newUser is missing: ${this.users.metadata.name} needs ${required}; return it there, give the column a default, or set oauth2.allowRegistration: false.`,
    );
  }

  /** Verifying an address removes links, so a new user without a password could not log in any more. */
  private checkLoginMethods(): void {
    const { clients, allowRegistration } = this.settings;
    const doubtful = clients.find(({ trustEmail }) => !trustEmail);
    const hasPasswords = this.open.includes('auth') && this.open.includes('passwordReset');
    if (!doubtful || hasPasswords || !allowRegistration || !this.usersSettings.requireVerification) return;
    throw new ConfigurationError(
      `oauth2.clients.${doubtful.name} does not verify addresses, so with requireVerification its new users can log in only with a password; add auth: {} and passwordReset: {}, or set requireVerification or oauth2.allowRegistration to false.`,
    );
  }

  private checkAccounts(metadata: EntityMetadata): void {
    const { name } = metadata;
    const missing = missingColumn(metadata, ACCOUNT_COLUMNS);
    if (missing !== undefined) {
      refuse(`${name} has no column ${missing}; extend UuidOAuthAccount or IntOAuthAccount, or add it`);
    }
    if (!isUniqueColumn(metadata, 'accountKey')) {
      refuse(`${name}.accountKey needs a unique index; without one, two users could have the same account`);
    }
    const keyFault = primaryKeyFault(metadata);
    if (keyFault !== undefined) refuse(keyFault);
    const shown = HIDDEN_COLUMNS.find((column) => columnOf(metadata, column)?.isSelect);
    if (shown !== undefined) refuse(`the column ${shown} of ${name} must have select: false`);
    const [required] = requiredColumns(this.accounts, ACCOUNT_COLUMNS);
    if (required !== undefined) {
      refuse(
        `${name} needs ${required}, which the library does not write; give the column a default, or make it nullable`,
      );
    }
    const fault = ownerFault(metadata, this.users.metadata);
    if (fault !== undefined) refuse(fault);
  }
}

function refuse(sentence: string): never {
  throw new ConfigurationError(`entities.oauthAccount: ${sentence}.`);
}
