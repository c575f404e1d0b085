import { resolveFreshLogin } from '../../authentication/reauthentication.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { definedFields } from '../../common/defined-fields.js';
import { Keyring, type Secret } from '../../common/keyring.js';
import {
  isLoopback,
  isOrigin,
  requireBoolean,
  requireObject,
  requireUrl,
  requireWholeNumber,
  refuseUnknown,
} from '../../common/option-checks.js';
import { type ClientSettings, resolveClient } from './clients/client.settings.js';
import type { OAuth2Options, OAuth2SettingsOptions } from './oauth2.options.js';
import { withoutSlashes } from './oauth2.plan.js';

/** OAuth2 with every default in place. */
export interface OAuth2Settings extends Required<
  Omit<OAuth2SettingsOptions, 'clients' | 'redirectUrl' | 'allowedRedirects'>
> {
  clients: readonly ClientSettings[];
  /** Without a slash in the end. */
  redirectUrl: string;
  allowedRedirects: readonly string[];
  keys: Record<'state' | 'attempt' | 'providerTokens', Keyring>;
}

export const OAUTH2_SETTINGS = Symbol('nestjs-users: settings of oauth2');

const DEFAULTS = {
  allowedRedirects: [],
  associateByEmail: false,
  storeTokens: false,
  allowRegistration: true,
  providerTimeoutSeconds: 8,
} as const;

/** @throws {ConfigurationError} */
export function resolveOAuth2(
  options: OAuth2Options,
  given: OAuth2SettingsOptions,
  secret: Secret,
): OAuth2Settings {
  const { clients: ofClients = {}, ...own } = given;
  requireObject('oauth2.clients', ofClients);
  const names = options.clients.map(({ name }) => name);
  refuseUnknown('oauth2.clients', ofClients, names);
  const settings = { ...DEFAULTS, ...definedFields(options), ...own };
  const { allowedRedirects, callbackPath = 'callback' } = settings;
  checkRedirects(allowedRedirects);
  const clients = options.clients.map((client) => resolveClient(client, ofClients[client.name] ?? {}));
  requireOwnIssuers(clients);
  return {
    clients,
    redirectUrl: resolveRedirectUrl(settings.redirectUrl, withoutSlashes(callbackPath)),
    allowedRedirects,
    associateByEmail: requireBoolean('oauth2.associateByEmail', settings.associateByEmail),
    storeTokens: requireBoolean('oauth2.storeTokens', settings.storeTokens),
    allowRegistration: requireBoolean('oauth2.allowRegistration', settings.allowRegistration),
    requireFreshLogin: resolveFreshLogin('oauth2.requireFreshLogin', settings.requireFreshLogin),
    providerTimeoutSeconds: requireWholeNumber(
      'oauth2.providerTimeoutSeconds',
      settings.providerTimeoutSeconds,
      1,
      9,
    ),
    keys: {
      state: Keyring.derive(secret, 'oauth2/state'),
      attempt: Keyring.derive(secret, 'oauth2/attempt'),
      providerTokens: Keyring.derive(secret, 'oauth2/provider-tokens'),
    },
  };
}

function resolveRedirectUrl(given: unknown, callbackPath: string): string {
  const url = requireUrl(
    'oauth2.redirectUrl',
    given,
    'the address under which browsers reach the application',
  );
  const { protocol, origin, pathname, search, hash, username, password } = url;
  const example = 'such as https://api.example.com';
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(url))) {
    throw new ConfigurationError(`oauth2.redirectUrl must be https, but for localhost, ${example}.`);
  }
  const path = pathname.replace(/\/+$/, '');
  const isMore = `${search}${hash}${username}${password}` !== '' || path.endsWith(`/${callbackPath}`);
  if (isMore) {
    throw new ConfigurationError(
      `oauth2.redirectUrl must be the address of the application, ${example}; the paths of its routes are added.`,
    );
  }
  return `${origin}${path}`;
}

function checkRedirects(origins: unknown): asserts origins is readonly string[] {
  const isSafe = (origin: string) => origin.startsWith('https:') || isLoopback(new URL(origin));
  if (Array.isArray(origins) && origins.every((each) => isOrigin(each) && isSafe(each as string))) return;
  throw new ConfigurationError(
    'oauth2.allowedRedirects must list origins as browsers write them, https but for localhost, such as https://app.example.com.',
  );
}

/** Two servers that pass for one would take each other's users for their own. */
function requireOwnIssuers(clients: readonly ClientSettings[]): void {
  for (const [index, { name, server }] of clients.entries()) {
    const other = clients
      .slice(0, index)
      .find((each) => each.server.issuer === server.issuer && each.server.tokenUrl !== server.tokenUrl);
    if (!other) continue;
    throw new ConfigurationError(
      `oauth2.clients.${name}.issuer is that of ${other.name}, ${server.issuer}, which is another server; give each an issuer of its own.`,
    );
  }
}
