import type { BackendSettings } from '../authentication/backend.options.js';
import type { HeadersOf } from '../authentication/contexts/headers-of.js';
import { ConfigurationError } from '../common/configuration-error.js';
import { definedFields } from '../common/defined-fields.js';
import { checkSecret, Keyring, type Secret } from '../common/keyring.js';
import {
  refuseUnknown,
  requireBoolean,
  requireFunction,
  requireSeconds,
  requireWholeNumber,
} from '../common/option-checks.js';
import type { SettingsContext } from '../features/feature.js';
import { keysOf } from '../common/option-keys.js';
import { Mailer } from '../accounts/mailer.js';
import { resolveLimits } from '../accounts/limits/limits.settings.js';
import { resolveIdentifiers } from '../users/identifiers.js';
import { resolvePasswords } from '../accounts/passwords/password.settings.js';
import type { AccountTokenSettings, AccountsSettings } from '../accounts/accounts.settings.js';
import { refuseStrangers } from './checks/factory-checks.js';
import type { UsersModuleSettings } from './options.js';
import type { ResolvedPlan } from './plan.js';

/** The settings, with defaults filled in, sorted by the room that needs them. */
export interface ResolvedSettings {
  users: AccountsSettings;
  /**
   * The factory's settings of a backend. A function, because they may contain a Redis client with its password.
   */
  backendSettings(backend: string): BackendSettings;
  /** Where the host keeps credentials outside HTTP. */
  headersOf: HeadersOf | undefined;
  /** Sends the mails that no hook of the host sends. */
  mailer: Mailer | undefined;
  /** The resolved settings of features, by their keys. */
  features: Record<string, unknown>;
  /** The keys of a backend. */
  accessKeys(backend: string): Keyring;
}

const SECRETS = keysOf<NonNullable<UsersModuleSettings['secrets']>>({
  verification: true,
  resetPassword: true,
  access: true,
  oauth2: true,
});
const DEFAULT_TOKEN_LIFETIME_SECONDS = 3600;

/** @throws {ConfigurationError} for the first setting that is missing, unknown or out of bounds */
export function resolveSettings(plan: ResolvedPlan, given: Partial<UsersModuleSettings>): ResolvedSettings {
  refuseStrangers(plan, given);
  const settings = merge(plan.declared(), given);
  const { secret, secrets = {} } = settings;
  checkSecret('secret', secret);
  refuseUnknown('secrets', secrets, SECRETS);
  for (const [name, own] of Object.entries(secrets)) checkSecret(`secrets.${name}`, own);
  const { headersOf, mailer } = settings;
  if (headersOf !== undefined) requireFunction('headersOf', headersOf, 'that returns headers');

  if (mailer !== undefined && !(mailer instanceof Mailer)) {
    throw new ConfigurationError(
      'mailer must be the result of mailer() of nestjs-users/mail; for mails of your own, override the send… hooks.',
    );
  }

  const resolved: ResolvedSettings = {
    users: {
      ...resolveIdentifiers(plan.identifiers, settings.normalizeIdentifier),
      hasRoles: plan.role !== undefined,
      concealsExisting: concealsExisting(plan),
      requireVerification: requireBoolean('requireVerification', settings.requireVerification ?? true),
      passwords: resolvePasswords(settings.passwords ?? {}),
      verification: accountTokens('verification', secrets.verification ?? secret, settings.verification),
      passwordReset: accountTokens('passwordReset', secrets.resetPassword ?? secret, settings.passwordReset),
      emailChangeKeys: Keyring.derive(secrets.verification ?? secret, 'emailChange'),
      limits: resolveLimits(settings.limits ?? {}),
      trustedProxies: requireWholeNumber('trustedProxies', settings.trustedProxies ?? 0, 0, 100),
      databaseTimeoutSeconds: requireSeconds('databaseTimeoutSeconds', settings.databaseTimeoutSeconds ?? 2),
    },
    backendSettings: (backend) => settings.backends?.[backend] ?? {},
    ...{ headersOf, mailer },
    features: {},
    accessKeys: (backend) => Keyring.derive(secrets.access ?? secret, `access/${backend}`),
  };
  checkVerification(plan, resolved);
  checkConcealment(resolved);
  resolved.features = resolveFeatures(plan, given, (key) => ({
    secret: (secrets as Readonly<Record<string, Secret | undefined>>)[key] ?? secret,
    requireVerification: resolved.users.requireVerification,
    concealsExisting: resolved.users.concealsExisting,
    open: plan.open,
  }));
  if (plan.identifiers.includes('email')) {
    plan.addresses.normalizeEmail = (text) => resolved.users.normalizeIdentifier(text, 'email');
  }
  return resolved;
}

function merge(
  declared: Partial<UsersModuleSettings>,
  given: Partial<UsersModuleSettings>,
): UsersModuleSettings {
  const merged: Record<string, unknown> = { ...declared };
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    merged[key] = isGroup(value) ? { ...(merged[key] as object | undefined), ...value } : value;
  }
  return merged as unknown as UsersModuleSettings;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Mailer);

function resolveFeatures(
  { features }: ResolvedPlan,
  given: Partial<UsersModuleSettings>,
  contextOf: (key: string) => SettingsContext,
): Record<string, unknown> {
  const own = given as Readonly<Record<string, object | undefined>>;
  const resolved = features.map(({ feature, options }) => [
    feature.key,
    feature.resolve?.(options, definedFields(own[feature.key] ?? {}), contextOf(feature.key)),
  ]);
  return Object.fromEntries(resolved) as Record<string, unknown>;
}

function accountTokens(
  feature: 'verification' | 'passwordReset',
  secret: Secret,
  own: { tokenLifetimeSeconds?: number } = {},
): AccountTokenSettings {
  const lifetime = own.tokenLifetimeSeconds ?? DEFAULT_TOKEN_LIFETIME_SECONDS;
  return {
    keys: Keyring.derive(secret, feature),
    lifetimeSeconds: requireSeconds(`${feature}.tokenLifetimeSeconds`, lifetime),
  };
}

const optionsOf = (plan: ResolvedPlan, key: string): object | undefined =>
  plan.features.find(({ feature }) => feature.key === key)?.options;

function concealsExisting(plan: ResolvedPlan): boolean {
  const registration: { concealExisting?: boolean } = optionsOf(plan, 'registration') ?? {};
  return registration.concealExisting === true;
}

/** Without a way to verify addresses, a user who registers could never log in. */
function checkVerification(plan: ResolvedPlan, { users }: ResolvedSettings): void {
  if (!users.requireVerification || plan.verifiesElsewhere || plan.open.includes('verification')) return;
  throw new ConfigurationError(
    "requireVerification needs verification: {}, because otherwise no user can verify an address; add it, or set requireVerification: false, or set verification: 'elsewhere' if your own code verifies users.",
  );
}

/** A fact that one route conceals must not be revealed by another. */
function checkConcealment({ users }: ResolvedSettings): void {
  if (!users.concealsExisting || users.requireVerification) return;
  throw new ConfigurationError(
    'registration.concealExisting needs requireVerification: true; otherwise a login right after the registration would reveal which addresses exist.',
  );
}
