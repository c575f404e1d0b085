import { requireSeconds } from '../../common/option-checks.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import type { Login } from '../backend.js';
import type { StrategyContext } from '../backend.options.js';

/** What every strategy of this library takes. */
export interface LifetimeOptions {
  /** How long a login lasts, in seconds, whatever tokens take each other's place meanwhile. Default 3600. */
  lifetimeSeconds?: number;
}

const DEFAULT_LIFETIME_SECONDS = 3600;

/** @throws {ConfigurationError} */
export const lifetimeOf = ({ backend, settings }: StrategyContext): number =>
  requireSeconds(`backends.${backend}.lifetimeSeconds`, settings.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS);

/** How much of a login is left: a token that takes another's place makes it no longer. */
export const remainingSeconds = ({ authenticatedAt }: Login, lifetimeSeconds: number): number =>
  Math.max(1, authenticatedAt + lifetimeSeconds - nowInSeconds());
