import type { Type } from '@nestjs/common';
import type { BackendOptions } from '../../authentication/backend.options.js';
import type { LoginPlan } from '../../authentication/login.service.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { isPathName, requireFunction } from '../../common/option-checks.js';
import { keysOf } from '../../common/option-keys.js';
import type { HostPlan } from '../feature.js';
import type { OAuthClientDefinition } from './clients/client.options.js';
import type { OAuth2Options } from './oauth2.options.js';

/** How a login with a provider ends. */
export interface OAuthLoginPlan extends Pick<LoginPlan, 'backend' | 'load'> {
  /** Whether the browser stores the backend's token. If not, a page gets a code for it. */
  isKeptByBrowser: boolean;
}

/** The options that shape the controllers, with defaults filled in. */
export interface OAuth2Plan extends OAuth2Options {
  path: string;
  authorizePath: string;
  callbackPath: string;
  tokenPath: string;
  associatePath: string;
  accountsPath: string;
  returnUser: boolean;
  readDto: Type;
  /** How a login ends. */
  login: OAuthLoginPlan;
  /** The backend of the login. */
  backendOptions: BackendOptions;
  /** The names of the clients. */
  names: readonly string[];
}

/** @throws {ConfigurationError} */
export function resolveOAuth2Plan(options: OAuth2Options, host: HostPlan): OAuth2Plan {
  const names = checkClients(options);
  const { newUser, readDto, loadOptions: load } = options;
  if (newUser !== undefined) requireFunction('oauth2.newUser', newUser, 'that returns fields of a new user');
  const backend = findBackend(options, host);
  const plan = {
    path: 'auth',
    authorizePath: 'authorize',
    callbackPath: 'callback',
    tokenPath: 'token',
    associatePath: 'auth/associate',
    accountsPath: 'users/me/oauth-accounts',
    returnUser: readDto !== undefined || load !== undefined,
    readDto: host.dtos.read,
    ...withPaths(options),
    login: { backend: backend.name, load, isKeptByBrowser: keepsToken(backend.transport) },
    backendOptions: backend,
    names,
  };
  requireOwnRoutes(plan);
  return plan;
}

/** Removes leading and trailing slashes, because the providers compare the path exactly. */
export const withoutSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** Joins the parts of a path. A part may be empty. */
export const joinPath = (...parts: string[]): string => parts.filter(Boolean).join('/');

const PATHS = keysOf<Pick<OAuth2Options, Extract<keyof OAuth2Options, 'path' | `${string}Path`>>>({
  path: true,
  authorizePath: true,
  callbackPath: true,
  tokenPath: true,
  associatePath: true,
  accountsPath: true,
});

function withPaths(options: OAuth2Options): OAuth2Options {
  const trimmed = { ...options };
  for (const name of PATHS) {
    const path = options[name];
    if (path === undefined) continue;
    if (typeof path !== 'string' || !/^[\w/.~-]*$/.test(path)) {
      throw new ConfigurationError(
        `oauth2.${name} must be a plain path of letters, digits, hyphens and slashes.`,
      );
    }
    trimmed[name] = withoutSlashes(path);
  }
  return trimmed;
}

/** Requires different paths, because the second of two routes at one path would never be reached. */
function requireOwnRoutes({
  path,
  associatePath,
  accountsPath,
  authorizePath,
  callbackPath,
  names,
}: OAuth2Plan): void {
  const routes = names.flatMap((name) =>
    [path, associatePath].flatMap((prefix) =>
      [authorizePath, callbackPath].map((end) => joinPath(prefix, name, end).toLowerCase()),
    ),
  );
  const all = [...routes, accountsPath.toLowerCase()];
  const twice = all.find((route, index) => all.indexOf(route) !== index);
  if (twice === undefined) return;
  throw new ConfigurationError(
    `oauth2: two routes have the path GET /${twice}; path, associatePath, authorizePath, callbackPath and accountsPath must differ.`,
  );
}

const LONGEST_NAME = 64;

function checkClients({ clients }: OAuth2Options): string[] {
  const given: unknown = clients;
  if (!Array.isArray(given) || given.length === 0) {
    throw new ConfigurationError('oauth2.clients must hold at least one client, such as google().');
  }
  const names = given.map((client: Partial<OAuthClientDefinition> | undefined, index) => {
    const at = `oauth2.clients[${index}]`;
    if (typeof client === 'function') {
      const { name: call } = client as { name: string };
      throw new ConfigurationError(`${at}: ${call} lacks its parentheses; write ${call}({ … }).`);
    }
    if (typeof client?.traits !== 'function') {
      throw new ConfigurationError(
        `${at} must be google(), github(), microsoft(), oidc() or oauth2Client().`,
      );
    }
    const { name } = client;
    if (isPathName(name) && name.length <= LONGEST_NAME) return name;
    throw new ConfigurationError(
      `${at}.name must have only letters, digits and hyphens, at most ${LONGEST_NAME}, because it is part of paths.`,
    );
  });
  // Express compares paths case-insensitively.
  const lower = names.map((name) => name.toLowerCase());
  const twice = lower.find((name, index) => lower.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new ConfigurationError(`oauth2.clients has the name ${twice} twice; names must differ.`);
}

function findBackend({ backend: name }: OAuth2Options, { backends }: HostPlan): BackendOptions {
  const backend = name === undefined ? backends[0] : backends.find((each) => each.name === name);
  if (backend) return backend;
  throw new ConfigurationError(
    `oauth2.backend names ${name}; the backends are ${backends.map((each) => each.name).join(', ')}.`,
  );
}

/** Only a transport whose clients store the token automatically, as browsers store cookies, has `clear`. */
const keepsToken = (transport: BackendOptions['transport']): boolean =>
  typeof transport === 'function' ? isClearing(transport) : transport.kind === 'cookie';

const isClearing = ({ prototype }: Type): boolean =>
  typeof (prototype as { clear?: unknown }).clear === 'function';
