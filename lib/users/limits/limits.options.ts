import type { RedisClientOption } from '../../common/redis.js';

/** So many attempts in so long; the time counts from the first. */
export interface Limit {
  attempts: number;
  windowSeconds: number;
}

/**
 * How often what can be guessed, and what sends mails, may be tried. `false` turns one of them off. A *client* is an
 * IPv4 address, or an IPv6 network of 64 bits.
 */
export interface LimitsOptions {
  /**
   * Where attempts are counted: a client of the package `redis` or `ioredis`, or the injection token of one. Default:
   * in the process, which is right for one process.
   */
  store?: RedisClientOption;
  /** Stands before each key in the store. Default `nestjs-users:limit:`. */
  prefix?: string;
  /** Wrong passwords for one account from one client. Default 10 in 15 minutes. */
  login?: Limit | false;
  /** Wrong passwords for one account from all clients that have not logged in to it before. Default 100 in an hour. */
  accountLogins?: Limit | false;
  /** Wrong passwords from one client, for whatever accounts. Default 100 in 15 minutes. */
  clientLogins?: Limit | false;
  /** Registrations from one client. Default 30 in an hour. */
  registrations?: Limit | false;
  /** Mails to one address. Default 5 in an hour. */
  mails?: Limit | false;
  /** Requests for a mail from one client. Default 30 in an hour. */
  mailRequests?: Limit | false;
  /** Attempts to reset a password from one client. Default 30 in an hour. */
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
  mailRequests: { attempts: 30, windowSeconds: HOUR },
  passwordResets: { attempts: 30, windowSeconds: HOUR },
} as const satisfies Partial<Record<keyof LimitsOptions, Limit>>;

/** The name of one limit. */
export type LimitName = keyof typeof DEFAULT_LIMITS;
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as LimitName[];
