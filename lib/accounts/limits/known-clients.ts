import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import type { Redis } from '../../common/redis.js';

/** A client is forgotten two weeks after its last login. */
const LIFETIME_SECONDS = 14 * 86_400;
/** Of one account. Above it, the client with the oldest login is forgotten. */
const MOST_CLIENTS = 16;
const MOST_ACCOUNTS_IN_MEMORY = 20_000;

/** The clients that have logged in to each account. Failed logins of other clients do not lock these out. */
export interface KnownClients {
  knows(account: string, client: string): Promise<boolean>;
  note(account: string, client: string): Promise<void>;
  /** Forgets all clients of the account. */
  forget(account: string): Promise<void>;
}

/** @param redis the Redis to store them in; `undefined` stores them in this process */
export const createKnownClients = (redis: Redis | undefined, prefix: string): KnownClients =>
  redis ? new ClientsInRedis(redis, `${prefix}clients:`) : new ClientsInMemory();

class ClientsInMemory implements KnownClients {
  /** For each account, when each client is forgotten, in milliseconds since 1970; the latest is last. */
  private readonly accounts = new LRUCache<string, Map<string, number>>({ max: MOST_ACCOUNTS_IN_MEMORY });

  async knows(account: string, client: string): Promise<boolean> {
    const until = this.accounts.get(hashed(account))?.get(hashed(account, client));
    return until !== undefined && until > Date.now();
  }

  async note(account: string, client: string): Promise<void> {
    const clients = this.accounts.get(hashed(account)) ?? new Map<string, number>();
    clients.delete(hashed(account, client));
    clients.set(hashed(account, client), Date.now() + LIFETIME_SECONDS * 1000);
    const [oldest] = clients.keys();
    if (clients.size > MOST_CLIENTS && oldest !== undefined) clients.delete(oldest);
    this.accounts.set(hashed(account), clients);
  }

  async forget(account: string): Promise<void> {
    this.accounts.delete(hashed(account));
  }
}

/** One sorted set for each account, sorted by the time when each client is forgotten. */
const NOTE = `
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[3]))
redis.call('EXPIRE', KEYS[1], ARGV[4])`;

class ClientsInRedis implements KnownClients {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  async knows(account: string, client: string): Promise<boolean> {
    const until = await this.redis.send('ZSCORE', this.key(account), hashed(account, client));
    return until !== null && Number(until) > Date.now();
  }

  async note(account: string, client: string): Promise<void> {
    const until = Date.now() + LIFETIME_SECONDS * 1000;
    const values = [until, hashed(account, client), MOST_CLIENTS, LIFETIME_SECONDS].map(String);
    await this.redis.send('EVAL', NOTE, '1', this.key(account), ...values);
  }

  async forget(account: string): Promise<void> {
    await this.redis.send('DEL', this.key(account));
  }

  private key(account: string): string {
    return this.prefix + hashed(account);
  }
}

/** Hashes, so that no address is stored in clear text. */
const hashed = (...parts: string[]): string => hash('sha256', JSON.stringify(parts), 'base64url');
