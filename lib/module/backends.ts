import type { InjectionToken, Provider, Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BACKENDS } from '../authentication/authenticator.js';
import type { Backend, Strategy, Transport } from '../authentication/backend.js';
import type {
  BackendOptions,
  BackendSettings,
  StrategyDefinition,
  TransportDefinition,
} from '../authentication/backend.options.js';
import { SessionsRepository } from '../authentication/sessions/sessions.repository.js';
import { CookieTransport } from '../authentication/transports/cookie.transport.js';
import { Background } from '../common/background.js';
import { ConfigurationError } from '../common/configuration-error.js';
import { definedFields } from '../common/defined-fields.js';
import { UsersRepository } from '../users/users.repository.js';
import { SETTINGS } from './providers.js';
import type { ResolvedPlan } from './plan.js';
import type { ResolvedSettings } from './settings.js';

type Part = TransportDefinition | StrategyDefinition | Type<Transport> | Type<Strategy>;

const isClass = (part: Part): part is Type<Transport> | Type<Strategy> => typeof part === 'function';

/** The backends and their parts. The host's own transports and strategies are normal providers. */
export function backendProviders({ backends }: ResolvedPlan): Provider[] {
  const parts = backends.flatMap(({ transport, strategy }): Part[] => [transport, strategy]);
  const tokens = parts.flatMap((part) => tokenOf(part) ?? []);
  const sessions = { token: SessionsRepository, optional: true };
  return [
    ...new Set(parts.filter(isClass)),
    {
      provide: BACKENDS,
      inject: [SETTINGS, UsersRepository, HttpAdapterHost, Background, sessions, ...tokens],
      useFactory: (
        settings: ResolvedSettings,
        users: UsersRepository,
        adapter: HttpAdapterHost,
        background: Background,
        kept: SessionsRepository | undefined,
        ...injected: unknown[]
      ) => {
        const provided = (part: Part) => injected[tokens.indexOf(tokenOf(part) as InjectionToken)];
        const materials = { settings, users, adapter, background, sessions: kept, provided };
        return requireOwnCookies(backends.map((backend) => create(backend, materials)));
      },
    },
  ];
}

const tokenOf = (part: Part): InjectionToken | undefined =>
  isClass(part) ? part : 'inject' in part ? part.inject : undefined;

interface Materials {
  settings: ResolvedSettings;
  users: UsersRepository;
  adapter: HttpAdapterHost;
  background: Background;
  sessions: SessionsRepository | undefined;
  provided: (part: Part) => unknown;
}

function create({ name, transport, strategy }: BackendOptions, from: Materials): Backend {
  const { settings, users, adapter, background, sessions, provided } = from;
  const own = settings.backendSettings(name);
  const { trustedProxies } = settings.users;
  const common = { backend: name, users, sessions, background, trustedProxies };
  return {
    name,
    transport: isClass(transport)
      ? (provided(transport) as Transport)
      : transport.create({ backend: name, adapter, settings: settingsOf(transport, own) }),
    strategy: isClass(strategy)
      ? (provided(strategy) as Strategy)
      : strategy.create({
          ...common,
          keys: settings.accessKeys(name),
          settings: settingsOf(strategy, own),
          injected: provided(strategy),
        }),
  };
}

/** Two backends cannot share a cookie: a login with one would log out the other. */
function requireOwnCookies(backends: Backend[]): Backend[] {
  const owners = new Map<string, string>();
  for (const { name, transport } of backends) {
    if (!(transport instanceof CookieTransport)) continue;
    const owner = owners.get(transport.cookieName);
    if (owner !== undefined) {
      throw new ConfigurationError(
        `backends.${name}: cookie() has the name ${transport.cookieName}, like the cookie of ${owner}; give one of them another name.`,
      );
    }
    owners.set(transport.cookieName, name);
  }
  return backends;
}

const settingsOf = ({ options }: { options: object }, own: BackendSettings): BackendSettings => ({
  ...definedFields(options),
  ...definedFields(own),
});
