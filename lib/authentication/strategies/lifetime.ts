import { requireSeconds } from '../../common/option-checks.js';
import type { StrategyContext } from '../backend.options.js';

/** What every strategy of this library takes. */
export interface LifetimeOptions {
  /** How long a login lasts, in seconds. Default 3600. */
  lifetimeSeconds?: number;
}

const DEFAULT_LIFETIME_SECONDS = 3600;

/** @throws {ConfigurationError} */
export const lifetimeOf = ({ backend, settings }: StrategyContext): number =>
  requireSeconds(`backends.${backend}.lifetimeSeconds`, settings.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS);
