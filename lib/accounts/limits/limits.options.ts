import type { RedisClientOption } from '../../common/redis.js';

/** So many attempts in so long; the time counts from the first. */
export interface Limit {
  /** How many attempts are allowed in one window. */
  attempts: number;
  /** How long a window is, in seconds. It begins with the first attempt. */
  windowSeconds: number;
}

/**
 * How often what can be guessed, and what sends mails, may be tried. `false` turns one of them off. A *client* is an
 * IPv4 address, or an IPv6 network of 64 bits.
 */
export interface LimitsOptions {
  /**
   * Where attempts are counted: a client of the package `redis` or `ioredis`, or the
   * [injection token](../../../docs/backends.md#redis) of one. Several processes need it, or each one counts for itself.
   * @default in the process
   */
  redis?: RedisClientOption;
  /**
   * Stands before each key in Redis.
   * @default 'nestjs-users:limit:'
   */
  prefix?: string;
  /**
   * Wrong passwords for one account from one client.
   * @default { attempts: 10, windowSeconds: 900 }
   */
  login?: Limit | false;
  /**
   * Wrong passwords for one account from all clients except those that
   * [have logged in to it before](../../../docs/limits.md#known-clients).
   * @default { attempts: 100, windowSeconds: 3600 }
   */
  accountLogins?: Limit | false;
  /**
   * Wrong passwords from one client, for all accounts together.
   * @default { attempts: 100, windowSeconds: 900 }
   */
  clientLogins?: Limit | false;
  /**
   * Registrations from one client, successful or not, and new users who come by a provider.
   * @default { attempts: 30, windowSeconds: 3600 }
   */
  registrations?: Limit | false;
  /**
   * Mails to one address, and requests for a mail to it, whether or not the address is a user's.
   * @default { attempts: 5, windowSeconds: 3600 }
   */
  mails?: Limit | false;
  /**
   * Mails to one address about what was done: the notice to a former address, or the mail after a registration. Each kind
   * is counted by itself. Requests for a mail don't count here.
   * @default { attempts: 5, windowSeconds: 3600 }
   */
  notices?: Limit | false;
  /**
   * Requests for a mail from one client.
   * @default { attempts: 30, windowSeconds: 3600 }
   */
  mailRequests?: Limit | false;
  /**
   * Attempts to reset a password from one client.
   * @default { attempts: 30, windowSeconds: 3600 }
   */
  passwordResets?: Limit | false;
}

const MINUTES = 60;
const HOUR = 3600;

export const DEFAULT_LIMITS = {
  login: { attempts: 10, windowSeconds: 15 * MINUTES },
  accountLogins: { attempts: 100, windowSeconds: HOUR },
  clientLogins: { attempts: 100, windowSeconds: 15 * MINUTES },
  registrations: { attempts: 30, windowSeconds: HOUR },
  mails: { attempts: 5, windowSeconds: HOUR },
  notices: { attempts: 5, windowSeconds: HOUR },
  mailRequests: { attempts: 30, windowSeconds: HOUR },
  passwordResets: { attempts: 30, windowSeconds: HOUR },
} as const satisfies Record<LimitName, Limit>;

/** The options that are no limits. */
export const WHERE_COUNTED = ['redis', 'prefix'] as const satisfies readonly (keyof LimitsOptions)[];

/** The name of one limit. */
export type LimitName = Exclude<keyof LimitsOptions, (typeof WHERE_COUNTED)[number]>;
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as LimitName[];
