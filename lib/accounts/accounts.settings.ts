import type { Keyring } from '../common/keyring.js';
import type { Identifiers } from '../users/identifiers.js';
import type { LimitsSettings } from './limits/limits.settings.js';
import type { PasswordSettings } from './passwords/password.settings.js';

/** The settings of user accounts, resolved and checked at boot. */
export interface AccountsSettings extends Identifiers {
  requireVerification: boolean;
  /** Whether answers must hide which addresses are registered. */
  concealsExisting: boolean;
  /** Whether the host has a role entity. */
  hasRoles: boolean;
  passwords: PasswordSettings;
  verification: AccountTokenSettings;
  passwordReset: AccountTokenSettings;
  emailChangeKeys: Keyring;
  limits: LimitsSettings;
  /** The number of proxies in front of the application; see `clientAddress`. */
  trustedProxies: number;
  /** The time limit for an answer of the database. */
  databaseTimeoutSeconds: number;
}

export interface AccountTokenSettings {
  keys: Keyring;
  lifetimeSeconds: number;
}

export const ACCOUNTS_SETTINGS = Symbol('nestjs-users: settings of users');
