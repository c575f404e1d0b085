import { requireSeconds } from '../../common/option-checks.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import type { Login } from '../backend.js';
import type { StrategyContext } from '../backend.options.js';

const DEFAULT_LIFETIME_SECONDS = 3600;

/** @throws {ConfigurationError} */
export const lifetimeOf = ({ backend, settings }: StrategyContext): number =>
  requireSeconds(`backends.${backend}.lifetimeSeconds`, settings.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS);

/** The remaining lifetime of a login. A token that replaces another does not extend it. */
export const remainingSeconds = ({ authenticatedAt }: Login, lifetimeSeconds: number): number =>
  Math.min(lifetimeSeconds, Math.max(1, authenticatedAt + lifetimeSeconds - nowInSeconds()));
