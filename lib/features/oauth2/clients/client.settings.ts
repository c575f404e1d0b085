import { ConfigurationError } from '../../../common/configuration-error.js';
import { definedFields } from '../../../common/defined-fields.js';
import { isPadded } from '../../../common/keyring.js';
import {
  refuseUnknown,
  requireBoolean,
  requireFunction,
  requireObject,
  requireUrl,
} from '../../../common/option-checks.js';
import type { GithubOptions } from './github.client.js';
import type { OidcOptions } from './oidc.client.js';
import type { ClientTraits, OAuthClientDefinition, OAuthClientOptions } from './client.options.js';

/** A client's settings, with defaults filled in. */
export interface ClientSettings extends ClientTraits {
  name: string;
  clientId: string;
  /** A function, so that printing the settings does not show the secret. */
  secret: () => string | undefined;
  allowedScopes: readonly string[];
  authorizationParameters: Readonly<Record<string, string>>;
  allowInsecureRequests: boolean;
}

/** Parameters of an authorization request that only this library sets. */
const OWN_PARAMETERS = [
  ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'request', 'request_uri'],
  ...['client_secret', 'client_assertion', 'client_assertion_type'],
];

/** @throws {ConfigurationError} */
export function resolveClient(definition: OAuthClientDefinition, given: OAuthClientOptions): ClientSettings {
  const { kind, name, options, settings: known } = definition;
  const at = `oauth2.clients.${name}`;
  requireObject(at, given);
  requireObject(`${at}: ${kind}()`, options);
  refuseUnknown(at, given, known);
  const settings: OAuthClientOptions = { ...definedFields(options), ...definedFields(given) };
  refuseUnknown(`${at}: ${kind}()`, settings, [...known, 'name']);
  checkCredentials(at, settings, definition);
  checkAddresses(at, settings, definition);

  const client = definition.traits(settings);
  const { allowedScopes = [], authorizationParameters = {}, scopes = client.scopes } = settings;
  requireScopes(`${at}.scopes`, scopes);
  requireScopes(`${at}.allowedScopes`, allowedScopes);
  checkParameters(`${at}.authorizationParameters`, authorizationParameters);
  requireBoolean(`${at}.trustEmail`, client.trustEmail);
  if (![undefined, 'post', 'basic'].includes(client.clientAuthentication)) {
    throw new ConfigurationError(`${at}.clientAuthentication must be 'post' or 'basic'.`);
  }
  requireFunction(`${at}.profile`, client.readProfile, 'that returns the profile of the user who logged in');
  return {
    ...client,
    name,
    clientId: settings.clientId as string,
    secret: () => settings.clientSecret,
    // OpenID Connect Core 1.0 §3.1.2.1: without it there is no ID token.
    scopes: client.isOpenId && !scopes.includes('openid') ? ['openid', ...scopes] : scopes,
    allowedScopes,
    authorizationParameters,
    allowInsecureRequests: client.allowInsecureRequests ?? false,
  };
}

function checkCredentials(
  at: string,
  { clientId, clientSecret }: OAuthClientOptions,
  { needsSecret }: OAuthClientDefinition,
): void {
  requireText(`${at}.clientId`, clientId);
  if (needsSecret || clientSecret !== undefined) requireText(`${at}.clientSecret`, clientSecret);
}

function requireText(path: string, value: unknown): void {
  if (value === undefined || value === '') {
    throw new ConfigurationError(
      `${path} is missing; the provider gives it to you when you register the application there.`,
    );
  }
  if (typeof value === 'string' && !isPadded(value)) return;
  throw new ConfigurationError(`${path} must be a text without blanks at its beginning or end.`);
}

// RFC 6749 §3.3.
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function requireScopes(path: string, scopes: unknown): void {
  if (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string' && SCOPE.test(scope)))
    return;
  throw new ConfigurationError(`${path} must be a list of scopes, each without blanks.`);
}

function checkParameters(path: string, parameters: unknown): void {
  const isObject = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
  if (!isObject || !Object.values(parameters).every((value) => typeof value === 'string')) {
    throw new ConfigurationError(`${path} must be an object whose values are texts.`);
  }
  const taken = Object.keys(parameters).find((name) => OWN_PARAMETERS.includes(name));
  if (taken === undefined) return;
  throw new ConfigurationError(`${path} must not set ${taken}; only this library sets it.`);
}

/** What names a server has no query. */
const NAMES: readonly string[] = ['issuer', 'serverUrl'] satisfies (
  keyof OidcOptions | keyof GithubOptions
)[];

function checkAddresses(at: string, settings: object, { addresses }: OAuthClientDefinition): void {
  const { allowInsecureRequests } = settings as { allowInsecureRequests?: unknown };
  if (allowInsecureRequests !== undefined)
    requireBoolean(`${at}.allowInsecureRequests`, allowInsecureRequests);
  for (const [option, need] of Object.entries(addresses)) {
    const value = (settings as Record<string, unknown>)[option];
    if (value === undefined && need === 'optional') continue;
    const { protocol, search, hash } = requireUrl(`${at}.${option}`, value, "the provider's address");
    if (protocol !== 'https:' && !(protocol === 'http:' && allowInsecureRequests === true)) {
      const mend = option === 'serverUrl' ? '' : '; for development, set allowInsecureRequests: true';
      throw new ConfigurationError(`${at}.${option} must use https${mend}.`);
    }
    if (NAMES.includes(option) && `${search}${hash}` !== '') {
      throw new ConfigurationError(`${at}.${option} must be a URL without a query.`);
    }
  }
}
