import type { RedisClientOption } from '../../common/redis.js';

/** What every strategy of this library takes. */
export interface LifetimeOptions {
  /**
   * How long a login lasts, in seconds. A token that takes the place of another one does not prolong the login.
   * @default 3600
   */
  lifetimeSeconds?: number;
}

/** What `jwt()` takes. */
export interface JwtOptions extends LifetimeOptions {
  /**
   * The claim `iss` (RFC 7519 §4.1.1). A token of another issuer is refused. Without the option, the claim is neither set
   * nor asked for.
   * @default none
   */
  issuer?: string;
}

/** What `database()` takes. */
export interface DatabaseOptions extends LifetimeOptions {
  /**
   * Ends a session that is not used for so many seconds, from 120 to `lifetimeSeconds`. Uses are noted once a minute.
   * @default none
   */
  idleSeconds?: number;
}

/** What `redis()` takes. */
export interface RedisStrategyOptions extends LifetimeOptions {
  /**
   * A connected client of the package `redis` or `ioredis`, or the [injection token](../../../docs/backends.md#redis) of
   * one.
   */
  client: RedisClientOption;
  /**
   * Stands before each key in Redis.
   * @default 'nestjs-users:session:'
   */
  prefix?: string;
}
