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

/** Enough for every client that fails within a window; one more, and the one that was quiet longest is forgotten. */
const MOST_KEYS_IN_MEMORY = 20_000;

/** Counts attempts, atomically, until a window that began with the first of them ends. */
export class Counter {
  private constructor(
    private readonly limiter: RateLimiterAbstract,
    private readonly ask: <T>(work: () => Promise<T>) => Promise<T>,
    private readonly remember: (key: string) => void,
  ) {}

  /** @param redis where to count; `undefined` counts in this process */
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

  /** @returns in how many milliseconds to try again; 0 if this attempt is still among those allowed */
  async take(subject: string): Promise<number> {
    const key = keyOf(subject);
    this.remember(key);
    try {
      await this.ask(() => this.limiter.consume(key));
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
      throw refusal;
    }
  }

  async giveBack(subject: string): Promise<void> {
    await this.ask(() => this.limiter.reward(keyOf(subject)));
  }

  async forget(subject: string): Promise<void> {
    await this.ask(() => this.limiter.delete(keyOf(subject)));
  }

  /** Notes the subject until a window from now ends. */
  async note(subject: string): Promise<void> {
    const key = keyOf(subject);
    this.remember(key);
    await this.ask(() => this.limiter.set(key, 1, this.limiter.duration));
  }

  async knows(subject: string): Promise<boolean> {
    return (await this.ask(() => this.limiter.get(keyOf(subject)))) !== null;
  }
}

/** Of one length, and nobody's address in clear. */
const keyOf = (subject: string): string => hash('sha256', subject, 'base64url');
