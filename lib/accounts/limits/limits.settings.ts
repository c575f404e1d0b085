import { ConfigurationError } from '../../common/configuration-error.js';
import { refuseUnknown, requireWholeNumber } from '../../common/option-checks.js';
import { keysOf } from '../../common/option-keys.js';
import type { RedisClientOption } from '../../common/redis.js';
import {
  DEFAULT_LIMITS,
  type Limit,
  LIMIT_NAMES,
  type LimitName,
  type LimitsOptions,
  WHERE_COUNTED,
} from './limits.options.js';

/** The limits, with defaults filled in. */
export interface LimitsSettings {
  /** A function, so that printing the settings does not show the client's password. */
  redis: () => RedisClientOption | undefined;
  prefix: string;
  limits: Record<LimitName, Limit | false>;
}

const LIMIT_KEYS = keysOf<Limit>({ attempts: true, windowSeconds: true });
const DEFAULT_PREFIX = 'nestjs-users:limit:';
const MOST_ATTEMPTS = 1_000_000;
/** The longest delay of Node's timers, rounded down. */
const LONGEST_WINDOW_SECONDS = 2_000_000;

/** @throws {ConfigurationError} */
export function resolveLimits(given: LimitsOptions | false): LimitsSettings {
  const options = given === false ? {} : given;
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('limits must be an object of limits, or false to turn them off.');
  }
  refuseUnknown('limits', options, [...WHERE_COUNTED, ...LIMIT_NAMES]);
  const entries = LIMIT_NAMES.map(
    (name) => [name, given === false ? false : resolveLimit(name, options[name])] as const,
  );
  return {
    redis: () => options.redis,
    prefix: options.prefix ?? DEFAULT_PREFIX,
    limits: Object.fromEntries(entries) as LimitsSettings['limits'],
  };
}

function resolveLimit(name: LimitName, limit: Limit | false | undefined): Limit | false {
  if (limit === undefined || limit === false) return limit ?? DEFAULT_LIMITS[name];
  refuseUnknown(`limits.${name}`, limit, LIMIT_KEYS);
  requireWholeNumber(`limits.${name}.attempts`, limit.attempts, 1, MOST_ATTEMPTS);
  requireWholeNumber(`limits.${name}.windowSeconds`, limit.windowSeconds, 1, LONGEST_WINDOW_SECONDS);
  return limit;
}
