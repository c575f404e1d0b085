import { availableParallelism } from 'node:os';
import type { BackendSettings } from './authentication/backend.options.js';
import { resolveFreshLogin } from './authentication/reauthentication.js';
import { ConfigurationError } from './common/configuration-error.js';
import { definedFields } from './common/defined-fields.js';
import { checkSecret, Keyring, type Secret } from './common/keyring.js';
import { refuseUnknown, requireBoolean, requireSeconds, requireWholeNumber } from './common/option-checks.js';
import type { CurrentUserSettings } from './features/current-user/current-user.options.js';
import type { UserManagementSettings } from './features/user-management/user-management.options.js';
import { resolveLimits } from './users/limits/limits.settings.js';
import { normalizeEmail, normalizeName } from './users/email-address.js';
import type { PasswordOptions, PasswordSettings } from './users/passwords/password.settings.js';
import type { AccountTokenSettings, UsersSettings } from './users/users.settings.js';
import type { UsersModuleSettings } from './users.options.js';
import { FLAT_SETTINGS, type ResolvedPlan } from './users.plan.js';

/** The settings with every default in place, sorted by the room that needs them. */
export interface ResolvedSettings {
  users: UsersSettings;
  currentUser: CurrentUserSettings;
  userManagement: UserManagementSettings;
  backends: Record<string, BackendSettings>;
  /** Of features that resolve their own, by their keys. */
  features: Record<string, unknown>;
  /** The keys of a backend. */
  accessKeys(backend: string): Keyring;
}

const DEFAULT_TOKEN_LIFETIME_SECONDS = 3600;
const DEFAULT_INVITATION_LIFETIME_SECONDS = 7 * 86_400;

/** @throws {ConfigurationError} for the first setting that is missing, unknown or out of bounds */
export function resolveSettings(plan: ResolvedPlan, given: Partial<UsersModuleSettings>): ResolvedSettings {
  refuseStrangers(plan, given);
  const settings = merge(plan.declared, given);
  const { secret, secrets = {} } = settings;
  checkSecret('secret', secret);
  refuseUnknown('secrets', secrets, ['verification', 'resetPassword', 'access', 'oauth2']);
  for (const [name, own] of Object.entries(secrets)) checkSecret(`secrets.${name}`, own);

  const resolved: ResolvedSettings = {
    users: {
      identifier: plan.identifier,
      normalizeIdentifier:
        settings.normalizeIdentifier ?? (plan.identifier === 'email' ? normalizeEmail : normalizeName),
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
    currentUser: resolveCurrentUser(plan, settings),
    userManagement: resolveUserManagement(settings),
    backends: settings.backends ?? {},
    features: resolveFeatures(plan, given, secrets.oauth2 ?? secret),
    accessKeys: (backend) => Keyring.derive(secrets.access ?? secret, `access/${backend}`),
  };
  checkConcealment(plan, resolved);
  return resolved;
}

/** A factory gives settings alone, for features and backends that the plan has. */
function refuseStrangers(plan: ResolvedPlan, given: Partial<UsersModuleSettings>): void {
  const open = plan.features.filter(({ feature }) => feature.settings.length > 0);
  refuseUnknown('', given, [...FLAT_SETTINGS, 'backends', ...open.map(({ feature }) => feature.key)]);
  for (const { feature } of open) {
    const own = (given as Record<string, object | undefined>)[feature.key];
    if (own) refuseUnknown(feature.key, own, feature.settings);
  }
  const { backends = {} } = given;
  refuseUnknown(
    'backends',
    backends,
    plan.backends.map(({ name }) => name),
  );
  for (const { name, transport, strategy } of plan.backends) {
    const known = [transport, strategy].flatMap((part) => ('settings' in part ? part.settings : []));
    refuseUnknown(`backends.${name}`, backends[name] ?? {}, known);
  }
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
  typeof value === 'object' && value !== null && !Array.isArray(value);

function resolveFeatures(
  { features }: ResolvedPlan,
  given: Partial<UsersModuleSettings>,
  secret: Secret,
): Record<string, unknown> {
  const own = given as Record<string, object | undefined>;
  const resolved = features.flatMap(({ feature, options }) =>
    feature.resolve
      ? [[feature.key, feature.resolve(options, definedFields(own[feature.key] ?? {}), secret)]]
      : [],
  );
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

function resolveCurrentUser(plan: ResolvedPlan, settings: UsersModuleSettings): CurrentUserSettings {
  const { currentUser, requireVerification = true } = settings;
  const canConfirm = plan.open.includes('verification');
  const { emailChange = requireVerification && canConfirm ? 'confirmed' : 'immediate' } = currentUser ?? {};
  if (emailChange !== 'confirmed' && emailChange !== 'immediate') {
    throw new ConfigurationError("currentUser.emailChange must be 'confirmed' or 'immediate'.");
  }
  if (emailChange === 'confirmed' && !canConfirm) {
    throw new ConfigurationError(
      "currentUser.emailChange 'confirmed' needs the feature verification, whose route takes the mailed token.",
    );
  }
  const requireFreshLogin = resolveFreshLogin(
    'currentUser.requireFreshLogin',
    currentUser?.requireFreshLogin,
  );
  return { requireFreshLogin, emailChange };
}

function resolveUserManagement({ userManagement = {} }: UsersModuleSettings): UserManagementSettings {
  const { invitationLifetimeSeconds = DEFAULT_INVITATION_LIFETIME_SECONDS } = userManagement;
  return {
    requireFreshLogin: resolveFreshLogin(
      'userManagement.requireFreshLogin',
      userManagement.requireFreshLogin,
    ),
    invitationLifetimeSeconds: requireSeconds(
      'userManagement.invitationLifetimeSeconds',
      invitationLifetimeSeconds,
    ),
  };
}

const PASSWORD_KEYS = ['schemes', 'minLength', 'maxLength', 'argon2id', 'bcrypt', 'concurrency', 'queue'];
const SCHEMES = ['argon2id', 'bcrypt'] as const;

function resolvePasswords(given: PasswordOptions): PasswordSettings {
  refuseUnknown('passwords', given, PASSWORD_KEYS);
  refuseUnknown('passwords.argon2id', given.argon2id ?? {}, ['memoryKibibytes', 'passes', 'lanes']);
  refuseUnknown('passwords.bcrypt', given.bcrypt ?? {}, ['rounds']);
  const schemes = given.schemes ?? [...SCHEMES];
  if (!Array.isArray(schemes) || schemes.length === 0 || !schemes.every((name) => SCHEMES.includes(name))) {
    throw new ConfigurationError(`passwords.schemes must name one or more of ${SCHEMES.join(', ')}.`);
  }
  const number = (name: string, value: number, least: number, most: number) =>
    requireWholeNumber(`passwords.${name}`, value, least, most);
  const minLength = number('minLength', given.minLength ?? 8, 1, 4096);
  const { memoryKibibytes = 19_456, passes = 2, lanes = 1 } = given.argon2id ?? {};
  return {
    schemes,
    minLength,
    maxLength: number('maxLength', given.maxLength ?? Math.max(128, minLength), minLength, 4096),
    argon2id: {
      memoryKibibytes: number('argon2id.memoryKibibytes', memoryKibibytes, 8 * lanes, 4_194_304),
      passes: number('argon2id.passes', passes, 1, 1000),
      lanes: number('argon2id.lanes', lanes, 1, 255),
    },
    bcrypt: { rounds: number('bcrypt.rounds', given.bcrypt?.rounds ?? 12, 4, 31) },
    concurrency: number('concurrency', given.concurrency ?? availableParallelism(), 1, 1024),
    queue: number('queue', given.queue ?? 128, 1, 1_000_000),
  };
}

/** What one route conceals, no other may tell. */
function checkConcealment(plan: ResolvedPlan, { users, currentUser }: ResolvedSettings): void {
  if (!users.concealsExisting) return;
  if (!users.requireVerification) {
    throw new ConfigurationError(
      'registration.concealExisting needs requireVerification: a login right after registering would tell.',
    );
  }
  if (optionsOf(plan, 'currentUser') && currentUser.emailChange === 'immediate') {
    throw new ConfigurationError(
      "registration.concealExisting is of no use beside currentUser.emailChange 'immediate', which tells which addresses are taken; make it 'confirmed'.",
    );
  }
}
