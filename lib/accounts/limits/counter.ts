import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import {
  type IRateLimiterOptions,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { Redis } from '../../common/redis.js';
import type { Limit } from './limits.options.js';

/** Enough for the clients that fail within a window. Above it, the key that was unused longest is forgotten. */
const MOST_KEYS_IN_MEMORY = 20_000;

/** Counts attempts atomically within a window that begins with the first attempt. */
export class Counter {
  /** Private at run time too: in Redis, it holds the client and so the client's password. */
  readonly #limiter: RateLimiterAbstract;

  private constructor(
    limiter: RateLimiterAbstract,
    private readonly ask: <T>(work: () => Promise<T>) => Promise<T>,
    private readonly remember: (key: string) => void,
  ) {
    this.#limiter = limiter;
  }

  /** @param redis the Redis to count in; `undefined` counts in this process */
  static create(name: string, limit: Limit, redis: Redis | undefined, prefix: string): Counter {
    const options = { points: limit.attempts, duration: limit.windowSeconds, keyPrefix: prefix + name };
    return redis ? Counter.inRedis(options, redis) : Counter.inMemory(options);
  }

  private static inRedis(options: IRateLimiterOptions, redis: Redis): Counter {
    const limiter = new RateLimiterRedis({
      ...options,
      storeClient: redis.client,
      useRedisPackage: !redis.isIoredis,
    });
    return new Counter(
      limiter,
      (work) => redis.within(work),
      () => undefined,
    );
  }

  private static inMemory(options: IRateLimiterOptions): Counter {
    const limiter = new RateLimiterMemory(options);
    const keys = new LRUCache<string, true>({
      max: MOST_KEYS_IN_MEMORY,
      dispose: (_, key, reason) => void (reason === 'evict' && limiter.delete(key)),
    });
    return new Counter(
      limiter,
      (work) => work(),
      (key) => void keys.set(key, true),
    );
  }

  /** @returns after how many milliseconds to try again; 0 if this attempt is allowed */
  async take(subject: string): Promise<number> {
    const key = keyOf(subject);
    this.remember(key);
    try {
      await this.ask(() => this.#limiter.consume(key));
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
      throw refusal;
    }
  }

  async giveBack(subject: string): Promise<void> {
    await this.ask(() => this.#limiter.reward(keyOf(subject)));
  }

  async forget(subject: string): Promise<void> {
    await this.ask(() => this.#limiter.delete(keyOf(subject)));
  }
}

/** Keys are hashes: they have one length and contain no address in clear text. */
const keyOf = (subject: string): string => hash('sha256', subject, 'base64url');
