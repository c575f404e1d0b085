import type { HttpAdapterHost } from '@nestjs/core';
import type { InjectionToken, Type } from '@nestjs/common';
import type { Background } from '../common/background.js';
import type { Keyring } from '../common/keyring.js';
import type { UsersRepository } from '../users/users.repository.js';
import type { Strategy, Transport } from './backend.js';
import type { SessionsRepository } from './sessions/sessions.repository.js';
import type { DatabaseOptions, JwtOptions, RedisStrategyOptions } from './strategies/strategy.options.js';
import type { CookieOptions } from './transports/cookie.options.js';

/** What a transport is made of. */
export interface TransportContext {
  /** The backend's name. */
  backend: string;
  /** What it was declared with, and what the factory says for this backend, which wins. */
  settings: BackendSettings;
  adapter: HttpAdapterHost;
}

/** What a strategy is made of. */
export interface StrategyContext {
  /** The backend's name. */
  backend: string;
  /** What it was declared with, and what the factory says for this backend, which wins. */
  settings: BackendSettings;
  /** The keys of this backend alone. */
  keys: Keyring;
  users: UsersRepository;
  /** Where the host has a session entity. */
  sessions: SessionsRepository | undefined;
  trustedProxies: number;
  background: Background;
  /** What `inject` named. */
  injected: unknown;
}

/** A strategy as an option names it: `jwt()`. */
export interface StrategyDefinition {
  readonly kind: string;
  /** What it was declared with. */
  readonly options: object;
  /** The names of the options that it takes; a factory may give the same. */
  readonly settings: readonly string[];
  /** A provider that it needs. */
  readonly inject?: InjectionToken;
  create(context: StrategyContext): Strategy;
}

/** A transport as an option names it: `bearer()`. */
export interface TransportDefinition {
  readonly kind: string;
  /** What it was declared with. */
  readonly options: object;
  /** The names of the options that it takes; a factory may give the same. */
  readonly settings: readonly string[];
  create(context: TransportContext): Transport;
}

/** One way of being logged in. */
export interface BackendOptions<Name extends string = string> {
  /** The backend's name: letters, digits and hyphens. It stands in the paths of the backend's routes. */
  name: Name;
  /**
   * Takes the place of the name in [the paths of its routes](../../docs/backends.md#paths), `/auth/{path}/login`. An empty
   * text leaves it out: `/auth/login`.
   * @default the name
   */
  path?: string;
  /** `bearer()`, `cookie()`, or [a class of your own](../../docs/backends.md#a-strategy-and-a-transport-of-your-own). */
  transport: TransportDefinition | Type<Transport>;
  /** `jwt()`, `database()`, `redis()`, or [a class of your own](../../docs/backends.md#a-strategy-and-a-transport-of-your-own). */
  strategy: StrategyDefinition | Type<Strategy>;
}

/** What `forRootAsync`'s factory may say of a backend: the options of its transport and its strategy. */
export interface BackendSettings
  extends CookieOptions, JwtOptions, DatabaseOptions, Partial<RedisStrategyOptions> {}
