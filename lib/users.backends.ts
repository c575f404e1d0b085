import type { InjectionToken, Provider, Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BACKENDS } from './authentication/authenticator.js';
import type { Backend, Strategy, Transport } from './authentication/backend.js';
import type {
  BackendOptions,
  BackendSettings,
  StrategyDefinition,
  TransportDefinition,
} from './authentication/backend.options.js';
import { SessionsRepository } from './authentication/sessions/sessions.repository.js';
import { CookieTransport } from './authentication/transports/cookie.transport.js';
import { ConfigurationError } from './common/configuration-error.js';
import { definedFields } from './common/defined-fields.js';
import { UsersRepository } from './users/users.repository.js';
import { SETTINGS } from './users.module-definition.js';
import type { ResolvedPlan } from './users.plan.js';
import type { ResolvedSettings } from './users.settings.js';

type Part = TransportDefinition | StrategyDefinition | Type<Transport> | Type<Strategy>;

const isClass = (part: Part): part is Type<Transport> | Type<Strategy> => typeof part === 'function';

/** The backends, and what they are made of: the host's own transports and strategies are providers like any other. */
export function backendProviders({ backends }: ResolvedPlan): Provider[] {
  const parts = backends.flatMap(({ transport, strategy }): Part[] => [transport, strategy]);
  const tokens = parts.flatMap((part) => tokenOf(part) ?? []);
  const sessions = { token: SessionsRepository, optional: true };
  return [
    ...new Set(parts.filter(isClass)),
    {
      provide: BACKENDS,
      inject: [SETTINGS, UsersRepository, HttpAdapterHost, sessions, ...tokens],
      useFactory: (
        settings: ResolvedSettings,
        users: UsersRepository,
        adapter: HttpAdapterHost,
        kept: SessionsRepository | undefined,
        ...injected: unknown[]
      ) => {
        const provided = (part: Part) => injected[tokens.indexOf(tokenOf(part) as InjectionToken)];
        const materials = { settings, users, adapter, sessions: kept, provided };
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
  sessions: SessionsRepository | undefined;
  provided: (part: Part) => unknown;
}

function create({ name, transport, strategy }: BackendOptions, from: Materials): Backend {
  const { settings, users, adapter, sessions, provided } = from;
  const own = settings.backends[name] ?? {};
  const common = { backend: name, users, sessions, trustedProxies: settings.users.trustedProxies };
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

/** One cookie can't hold two tokens: the login by one backend would be a logout from the other. */
function requireOwnCookies(backends: Backend[]): Backend[] {
  const owners = new Map<string, string>();
  for (const { name, transport } of backends) {
    if (!(transport instanceof CookieTransport)) continue;
    const owner = owners.get(transport.cookieName);
    if (owner !== undefined) {
      throw new ConfigurationError(
        `backends.${name}: cookie() has the name of ${owner}'s cookie, ${transport.cookieName}; give one of them another name.`,
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
