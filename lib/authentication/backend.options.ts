import type { Keyring } from '../common/keyring.js';
import type { UsersRepository } from '../users/users.repository.js';
import type { Strategy, Transport } from './backend.js';

/** What a strategy is made of. */
export interface StrategyContext {
  /** The backend's name. */
  backend: string;
  /** The keys of this backend alone. */
  keys: Keyring;
  users: UsersRepository;
  /** What the settings say for this backend; it wins over what the strategy was declared with. */
  settings: BackendSettings;
}

/** A strategy as an option names it: `jwt()`. */
export interface StrategyDefinition {
  readonly kind: string;
  /** The names of the settings that it takes. */
  readonly settings: readonly string[];
  create(context: StrategyContext): Strategy;
}

/** A transport as an option names it: `bearer()`. */
export interface TransportDefinition {
  readonly kind: string;
  create(): Transport;
}

/** One way of being logged in. */
export interface BackendOptions {
  /** Stands in the path of its routes: `/auth/{name}/login`. Letters, digits and hyphens. */
  name: string;
  transport: TransportDefinition;
  strategy: StrategyDefinition;
}

/** What `forRootAsync`'s factory may say of a backend. */
export interface BackendSettings {
  /** How long a login lasts, in seconds. Default 3600. */
  lifetimeSeconds?: number;
}
