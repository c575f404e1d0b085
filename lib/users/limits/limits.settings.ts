import { ConfigurationError } from '../../common/configuration-error.js';
import { refuseUnknown, requireWholeNumber } from '../../common/option-checks.js';
import type { RedisClientOption } from '../../common/redis.js';
import {
  DEFAULT_LIMITS,
  type Limit,
  LIMIT_NAMES,
  type LimitName,
  type LimitsOptions,
} from './limits.options.js';

/** The limits with every default in place. */
export interface LimitsSettings {
  store: RedisClientOption | undefined;
  prefix: string;
  limits: Record<LimitName, Limit | false>;
}

const DEFAULT_PREFIX = 'nestjs-users:limit:';
const MOST_ATTEMPTS = 1_000_000;
/** Node's timers hold no longer one. */
const LONGEST_WINDOW_SECONDS = 2_000_000;

/** @throws {ConfigurationError} */
export function resolveLimits(given: LimitsOptions | false): LimitsSettings {
  const options = given === false ? {} : given;
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('limits must be an object of limits, or false for none.');
  }
  refuseUnknown('limits', options, ['store', 'prefix', ...LIMIT_NAMES]);
  const entries = LIMIT_NAMES.map(
    (name) => [name, given === false ? false : resolveLimit(name, options[name])] as const,
  );
  return {
    store: options.store,
    prefix: options.prefix ?? DEFAULT_PREFIX,
    limits: Object.fromEntries(entries) as LimitsSettings['limits'],
  };
}

function resolveLimit(name: LimitName, limit: Limit | false | undefined): Limit | false {
  if (limit === undefined || limit === false) return limit ?? DEFAULT_LIMITS[name];
  refuseUnknown(`limits.${name}`, limit, ['attempts', 'windowSeconds']);
  requireWholeNumber(`limits.${name}.attempts`, limit.attempts, 1, MOST_ATTEMPTS);
  requireWholeNumber(`limits.${name}.windowSeconds`, limit.windowSeconds, 1, LONGEST_WINDOW_SECONDS);
  return limit;
}
