import type { Keyring } from '../common/keyring.js';
import type { NormalizeIdentifier } from './email-address.js';
import type { LimitsSettings } from './limits/limits.settings.js';
import type { PasswordSettings } from './passwords/password.settings.js';

/** What the users room needs to know, resolved and checked at boot. */
export interface UsersSettings {
  /** The property by which users log in. */
  identifier: string;
  normalizeIdentifier: NormalizeIdentifier;
  requireVerification: boolean;
  /** Whether no answer may tell which addresses are known. */
  concealsExisting: boolean;
  /** Whether the host has a role entity. */
  hasRoles: boolean;
  passwords: PasswordSettings;
  verification: AccountTokenSettings;
  passwordReset: AccountTokenSettings;
  emailChangeKeys: Keyring;
  limits: LimitsSettings;
  /** How many proxies stand before the application; see `clientAddress`. */
  trustedProxies: number;
  /** How long an answer of the database is waited for. */
  databaseTimeoutSeconds: number;
}

export interface AccountTokenSettings {
  keys: Keyring;
  lifetimeSeconds: number;
}

export const USERS_SETTINGS = Symbol('nestjs-users: settings of users');
/** TypeORM's repository of the host's user entity. */
export const USER_ENTITY_REPOSITORY = Symbol('nestjs-users: repository of the user entity');
