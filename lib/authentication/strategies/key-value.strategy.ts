import { ConfigurationError } from '../../common/configuration-error.js';
import { isInjectionToken, Redis, type RedisClientOption } from '../../common/redis.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { UsersRepository } from '../../users/users.repository.js';
import type { Credential, Identity, IssuedToken, Login, Strategy } from '../backend.js';
import type { StrategyContext, StrategyDefinition } from '../backend.options.js';
import { type LifetimeOptions, lifetimeOf, remainingSeconds } from './lifetime.js';
import { randomToken, tokenHash } from './opaque-token.js';

/** What {@link keyValue} takes. */
export interface KeyValueOptions extends LifetimeOptions {
  /** A connected client of the package `redis` or `ioredis`, or the injection token of one. */
  client: RedisClientOption;
  /** Stands before each key. Default `nestjs-users:session:`. */
  prefix?: string;
}

const DEFAULT_PREFIX = 'nestjs-users:session:';

/** Random tokens whose hashes are keys of Redis. A logout deletes the key; the user's row is still what counts. */
export const keyValue = (options: KeyValueOptions): StrategyDefinition => ({
  kind: 'keyValue',
  options,
  settings: ['client', 'lifetimeSeconds', 'prefix'],
  ...(options?.client !== undefined && isInjectionToken(options.client) && { inject: options.client }),
  create: (context) => new KeyValueStrategy(context, clientOf(context), lifetimeOf(context)),
});

function clientOf({ backend, settings, injected }: StrategyContext): Redis {
  const { client } = settings;
  const option = `backends.${backend}.client`;
  if (client === undefined)
    throw new ConfigurationError(`${option} is missing; give keyValue() a Redis client.`);
  return Redis.from(client, injected, option);
}

/** What a key leads to. */
interface Entry {
  sub: string;
  ver: number;
  authTime: number;
  exp: number;
}

class KeyValueStrategy implements Strategy {
  private readonly prefix: string;
  private readonly users: UsersRepository;

  constructor(
    private readonly context: StrategyContext,
    private readonly redis: Redis,
    private readonly lifetimeSeconds: number,
  ) {
    this.prefix = context.settings.prefix ?? DEFAULT_PREFIX;
    this.users = context.users;
  }

  async issue(user: BaseUser, login: Login): Promise<IssuedToken> {
    const token = randomToken();
    const lifetimeSeconds = remainingSeconds(login, this.lifetimeSeconds);
    const entry: Entry = {
      sub: String(user.id),
      ver: user.tokenVersion,
      authTime: login.authenticatedAt,
      exp: nowInSeconds() + lifetimeSeconds,
    };
    const key = this.key(token) as string;
    await this.redis.send('SET', key, JSON.stringify(entry), 'EX', String(lifetimeSeconds));
    if (login.replaces) await this.revoke(login.replaces);
    return { token, lifetimeSeconds };
  }

  async identify(token: string, load?: LoadOptions): Promise<Credential | undefined> {
    const key = this.key(token);
    const entry = key === undefined ? undefined : readEntry(await this.redis.send('GET', key));
    if (!entry || entry.exp <= nowInSeconds()) return undefined;
    const user = await this.users.findById(entry.sub, load);
    return user && { user, tokenVersion: entry.ver, authenticatedAt: entry.authTime };
  }

  async revoke({ token }: Identity): Promise<void> {
    const key = this.key(token);
    if (key !== undefined) await this.redis.send('DEL', key);
  }

  private key(token: string): string | undefined {
    const hash = tokenHash(this.context.backend, token);
    return hash && this.prefix + hash;
  }
}

/** What stands in Redis, others may have written. */
function readEntry(text: unknown): Entry | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const entry = JSON.parse(text) as Partial<Entry>;
    const isWhole = [entry.ver, entry.authTime, entry.exp].every(Number.isSafeInteger);
    return isWhole && typeof entry.sub === 'string' ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}
