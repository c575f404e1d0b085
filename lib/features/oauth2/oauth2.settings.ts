import { resolveFreshLogin } from '../../authentication/reauthentication.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { definedFields } from '../../common/defined-fields.js';
import { Keyring } from '../../common/keyring.js';
import {
  isLoopback,
  isOrigin,
  requireBoolean,
  requireObject,
  requireUrl,
  requireWholeNumber,
  refuseUnknown,
} from '../../common/option-checks.js';
import type { SettingsContext } from '../feature.js';
import { type ClientSettings, resolveClient } from './clients/client.settings.js';
import type { OAuth2Options, OAuth2SettingsOptions } from './oauth2.options.js';
import { withoutSlashes } from './oauth2.plan.js';

/** The settings of OAuth2, with defaults filled in. */
export interface OAuth2Settings extends Required<
  Omit<OAuth2SettingsOptions, 'clients' | 'publicUrl' | 'allowedRedirectOrigins'>
> {
  clients: readonly ClientSettings[];
  /** Without a slash at its end. */
  publicUrl: string;
  allowedRedirectOrigins: readonly string[];
  keys: Record<'state' | 'flow' | 'providerTokens', Keyring>;
}

export const OAUTH2_SETTINGS = Symbol('nestjs-users: settings of oauth2');

const DEFAULTS = {
  allowedRedirectOrigins: [],
  associateByEmail: false,
  storeTokens: false,
  allowRegistration: true,
  providerTimeoutSeconds: 8,
} as const;

/** @throws {ConfigurationError} */
export function resolveOAuth2(
  options: OAuth2Options,
  given: OAuth2SettingsOptions,
  { secret }: Pick<SettingsContext, 'secret'>,
): OAuth2Settings {
  const { clients: ofClients = {}, ...own } = given;
  requireObject('oauth2.clients', ofClients);
  const names = options.clients.map(({ name }) => name);
  refuseUnknown('oauth2.clients', ofClients, names);
  const settings = { ...DEFAULTS, ...definedFields(options), ...own };
  const { allowedRedirectOrigins, callbackPath = 'callback' } = settings;
  checkRedirects(allowedRedirectOrigins);
  const clients = options.clients.map((client) => resolveClient(client, ofClients[client.name] ?? {}));
  requireOwnIssuers(clients);
  return {
    clients,
    publicUrl: resolvePublicUrl(settings.publicUrl, withoutSlashes(callbackPath)),
    allowedRedirectOrigins,
    associateByEmail: requireBoolean('oauth2.associateByEmail', settings.associateByEmail),
    storeTokens: requireBoolean('oauth2.storeTokens', settings.storeTokens),
    allowRegistration: requireBoolean('oauth2.allowRegistration', settings.allowRegistration),
    freshLoginSeconds: resolveFreshLogin('oauth2.freshLoginSeconds', settings.freshLoginSeconds),
    providerTimeoutSeconds: requireWholeNumber(
      'oauth2.providerTimeoutSeconds',
      settings.providerTimeoutSeconds,
      1,
      9,
    ),
    keys: {
      state: Keyring.derive(secret, 'oauth2/state'),
      flow: Keyring.derive(secret, 'oauth2/flow'),
      providerTokens: Keyring.derive(secret, 'oauth2/provider-tokens'),
    },
  };
}

function resolvePublicUrl(given: unknown, callbackPath: string): string {
  const url = requireUrl('oauth2.publicUrl', given, 'the URL by which browsers reach the application');
  const { protocol, origin, pathname, search, hash, username, password } = url;
  const example = 'such as https://api.example.com';
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(url))) {
    throw new ConfigurationError(`oauth2.publicUrl must use https, except on localhost, ${example}.`);
  }
  const path = pathname.replace(/\/+$/, '');
  const isMore = `${search}${hash}${username}${password}` !== '' || path.endsWith(`/${callbackPath}`);
  if (isMore) {
    throw new ConfigurationError(
      `oauth2.publicUrl must be only the base URL of the application, ${example}; the library adds the paths of its routes.`,
    );
  }
  return `${origin}${path}`;
}

function checkRedirects(origins: unknown): asserts origins is readonly string[] {
  const isSafe = (origin: string) => origin.startsWith('https:') || isLoopback(new URL(origin));
  if (Array.isArray(origins) && origins.every((each) => isOrigin(each) && isSafe(each as string))) return;
  throw new ConfigurationError(
    'oauth2.allowedRedirectOrigins must list origins as browsers write them, with https except on localhost, such as https://app.example.com.',
  );
}

/** Two servers with one issuer would accept each other's users as their own. */
function requireOwnIssuers(clients: readonly ClientSettings[]): void {
  for (const [index, { name, server }] of clients.entries()) {
    const other = clients
      .slice(0, index)
      .find((each) => each.server.issuer === server.issuer && each.server.tokenUrl !== server.tokenUrl);
    if (!other) continue;
    throw new ConfigurationError(
      `oauth2.clients.${name}.issuer ${server.issuer} is also that of ${other.name}, which is another server; give each server its own issuer.`,
    );
  }
}
