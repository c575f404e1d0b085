import { ConfigurationError } from '../../common/configuration-error.js';
import { definedFields } from '../../common/defined-fields.js';
import { Keyring, type Secret } from '../../common/keyring.js';
import {
  isOrigin,
  requireBoolean,
  requireSeconds,
  requireWholeNumber,
  refuseUnknown,
} from '../../common/option-checks.js';
import { type ClientSettings, resolveClient } from './clients/client.settings.js';
import type { OAuth2Options, OAuth2SettingsOptions } from './oauth2.options.js';

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
  requireFreshLogin: 600,
  providerTimeoutSeconds: 8,
} as const;

/** @throws {ConfigurationError} */
export function resolveOAuth2(
  options: OAuth2Options,
  given: OAuth2SettingsOptions,
  secret: Secret,
): OAuth2Settings {
  const { clients: ofClients = {}, ...own } = given;
  const names = options.clients.map(({ name }) => name);
  refuseUnknown('oauth2.clients', ofClients, names);
  const settings = { ...DEFAULTS, ...definedFields(options), ...definedFields(own) };
  const { allowedRedirects, requireFreshLogin } = settings;
  if (!Array.isArray(allowedRedirects) || !allowedRedirects.every(isOrigin)) {
    throw new ConfigurationError(
      'oauth2.allowedRedirects must list origins as browsers write them, such as https://app.example.com.',
    );
  }
  if (requireFreshLogin !== false) requireSeconds('oauth2.requireFreshLogin', requireFreshLogin);
  const clients = options.clients.map((client) => resolveClient(client, ofClients[client.name] ?? {}));
  requireOwnIssuers(clients);
  return {
    clients,
    redirectUrl: resolveRedirectUrl(settings.redirectUrl),
    allowedRedirects,
    associateByEmail: requireBoolean('oauth2.associateByEmail', settings.associateByEmail),
    storeTokens: requireBoolean('oauth2.storeTokens', settings.storeTokens),
    allowRegistration: requireBoolean('oauth2.allowRegistration', settings.allowRegistration),
    requireFreshLogin,
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

function resolveRedirectUrl(url: unknown): string {
  const example = 'such as https://api.example.com';
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw new ConfigurationError(
      `oauth2.redirectUrl is missing; give it the address under which browsers reach the application, ${example}.`,
    );
  }
  const { protocol, hostname, search, hash, username } = new URL(url);
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) {
    throw new ConfigurationError(`oauth2.redirectUrl must be https, but for localhost, ${example}.`);
  }
  if (search !== '' || hash !== '' || username !== '') {
    throw new ConfigurationError(`oauth2.redirectUrl must be an origin and a path at most, ${example}.`);
  }
  return url.replace(/\/+$/, '');
}

/** Two servers that pass for one would take each other's users for their own. */
function requireOwnIssuers(clients: readonly ClientSettings[]): void {
  for (const [index, { name, server }] of clients.entries()) {
    const other = clients
      .slice(0, index)
      .find((each) => each.server.issuer === server.issuer && each.server.tokenUrl !== server.tokenUrl);
    if (!other) continue;
    throw new ConfigurationError(
      `oauth2.clients.${name}.issuer is that of ${other.name}, ${server.issuer}, which has another tokenUrl; give each an issuer of its own.`,
    );
  }
}
