import { ConfigurationError } from '../../../common/configuration-error.js';
import { definedFields } from '../../../common/defined-fields.js';
import { refuseUnknown, requireBoolean } from '../../../common/option-checks.js';
import type { ClientTraits, OAuthClientDefinition, OAuthClientOptions } from './client.options.js';

/** A client with every default in place. */
export interface ClientSettings extends ClientTraits {
  name: string;
  clientId: string;
  clientSecret: string | undefined;
  allowedScopes: readonly string[];
  authorizationParameters: Readonly<Record<string, string>>;
  allowInsecureRequests: boolean;
}

/** What only this library says in an authorization request. */
const OWN_PARAMETERS = [
  ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'request', 'request_uri'],
];

/** @throws {ConfigurationError} */
export function resolveClient(definition: OAuthClientDefinition, given: OAuthClientOptions): ClientSettings {
  const { kind, name, options, settings: known } = definition;
  const at = `oauth2.clients.${name}`;
  refuseUnknown(at, given, known);
  const settings: OAuthClientOptions = { ...definedFields(options), ...definedFields(given) };
  refuseUnknown(`${at}: ${kind}()`, settings, [...known, 'name']);
  const client = definition.traits(settings);
  const { allowedScopes = [], authorizationParameters = {}, scopes = client.scopes } = settings;
  const allowInsecureRequests = requireBoolean(
    `${at}.allowInsecureRequests`,
    client.allowInsecureRequests ?? false,
  );

  requireText(`${at}.clientId`, settings.clientId);
  if (settings.clientSecret !== undefined) requireText(`${at}.clientSecret`, settings.clientSecret);
  requireScopes(`${at}.scopes`, scopes);
  requireScopes(`${at}.allowedScopes`, allowedScopes);
  refuseOwnParameters(at, authorizationParameters);
  for (const [option, url] of Object.entries(client.server)) {
    requireUrl(`${at}.${option}`, url, allowInsecureRequests);
  }
  requireBoolean(`${at}.trustEmail`, client.trustEmail);
  if (typeof client.readProfile !== 'function') {
    throw new ConfigurationError(`${at}.profile must be a function that finds out who logged in.`);
  }
  return {
    ...client,
    name,
    clientId: settings.clientId as string,
    clientSecret: settings.clientSecret,
    // OpenID Connect Core 1.0 §3.1.2.1: without it there is no ID token.
    scopes: client.isOpenId && !scopes.includes('openid') ? ['openid', ...scopes] : scopes,
    allowedScopes,
    authorizationParameters,
    allowInsecureRequests,
  };
}

function requireText(path: string, value: unknown): void {
  if (typeof value === 'string' && value.trim() !== '') return;
  throw new ConfigurationError(
    `${path} is missing; it comes from the provider, where the application is registered.`,
  );
}

// RFC 6749 §3.3.
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function requireScopes(path: string, scopes: unknown): void {
  if (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string' && SCOPE.test(scope)))
    return;
  throw new ConfigurationError(`${path} must list scopes, each without blanks.`);
}

function refuseOwnParameters(at: string, parameters: object): void {
  const taken = Object.keys(parameters).find((name) => OWN_PARAMETERS.includes(name));
  if (taken === undefined) return;
  throw new ConfigurationError(`${at}.authorizationParameters must leave ${taken} to this library.`);
}

function requireUrl(path: string, url: unknown, isInsecureAllowed: boolean): void {
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw new ConfigurationError(
      `${path} is missing; give it the provider's address, such as https://id.example.com.`,
    );
  }
  const { protocol } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && isInsecureAllowed)) return;
  throw new ConfigurationError(
    `${path} must be https; for a provider on the same machine, oidc() and oauth2Client() take allowInsecureRequests: true.`,
  );
}
