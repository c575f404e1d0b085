import { ConfigurationError } from '../../common/configuration-error.js';
import { keysOf } from '../../common/option-keys.js';
import { isInjectionToken, Redis, refuseAddress } from '../../common/redis.js';
import type { Background } from '../../common/background.js';
import { andThen } from '../../common/late-write.js';
import { nowInSeconds } from '../../common/signed-tokens.js';
import { withHidden } from '../../common/hidden.js';
import { NotAuthenticatedError } from '../../common/users-error.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { UsersRepository } from '../../users/users.repository.js';
import type { Credential, Identity, IssuedToken, Login, Strategy } from '../backend.js';
import type { StrategyContext, StrategyDefinition } from '../backend.options.js';
import { lifetimeOf, remainingSeconds } from './lifetime.js';
import { randomToken, tokenHash } from './opaque-token.js';
import type { RedisStrategyOptions } from './strategy.options.js';

const DEFAULT_PREFIX = 'nestjs-users:session:';

/**
 * Random tokens whose hashes are keys in Redis. A logout deletes the key. The user's row still decides whether
 * the token is valid.
 */
export function redis(options: RedisStrategyOptions): StrategyDefinition {
  refuseAddress(options?.client, 'the client of redis()');
  return withHidden('options', options, {
    kind: 'redis',
    settings: keysOf<RedisStrategyOptions>({ client: true, lifetimeSeconds: true, prefix: true }),
    ...(options?.client !== undefined && isInjectionToken(options.client) && { inject: options.client }),
    create: (context) => new RedisStrategy(context, clientOf(context), lifetimeOf(context)),
  });
}

function clientOf({ backend, settings, injected }: StrategyContext): Redis {
  const { client } = settings;
  const option = `backends.${backend}.client`;
  if (client === undefined)
    throw new ConfigurationError(`${option} is missing; give redis() a Redis client.`);
  return Redis.from(client, injected, option);
}

/** The value of a key. */
interface Entry {
  sub: string;
  ver: number;
  authTime: number;
  exp: number;
}

class RedisStrategy implements Strategy {
  private readonly backend: string;
  private readonly background: Background;
  private readonly prefix: string;
  private readonly users: UsersRepository;

  constructor(
    { backend, settings, users, background }: StrategyContext,
    private readonly client: Redis,
    private readonly lifetimeSeconds: number,
  ) {
    this.backend = backend;
    this.background = background;
    this.prefix = settings.prefix ?? DEFAULT_PREFIX;
    this.users = users;
  }

  async issue(user: BaseUser, login: Login): Promise<IssuedToken> {
    if (login.replaces && !(await this.remove(login.replaces))) {
      throw new NotAuthenticatedError(login.replaces.backend.transport.challenge);
    }
    const token = randomToken();
    const lifetimeSeconds = remainingSeconds(login, this.lifetimeSeconds);
    const entry: Entry = {
      sub: String(user.id),
      ver: user.tokenVersion,
      authTime: login.authenticatedAt,
      exp: nowInSeconds() + lifetimeSeconds,
    };
    const key = this.key(token) as string;
    await this.client.send('SET', key, JSON.stringify(entry), 'EX', String(lifetimeSeconds));
    return { token, lifetimeSeconds };
  }

  async identify(token: string, load?: LoadOptions): Promise<Credential | undefined> {
    const key = this.key(token);
    const entry = key === undefined ? undefined : readEntry(await this.client.send('GET', key));
    if (!entry || entry.exp <= nowInSeconds()) return undefined;
    const user = await this.users.findById(entry.sub, load);
    return user && { user, tokenVersion: entry.ver, authenticatedAt: entry.authTime };
  }

  async revoke(identity: Identity): Promise<void> {
    await this.remove(identity);
  }

  loginKey(token: string): string | undefined {
    return tokenHash(this.backend, token);
  }

  async isOngoing(user: BaseUser, hash: string): Promise<boolean> {
    const entry = readEntry(await this.client.send('GET', this.prefix + hash));
    return entry?.sub === String(user.id) && entry.exp > nowInSeconds();
  }

  /** @returns whether the login had not ended yet */
  private async remove({ token }: Identity): Promise<boolean> {
    const key = this.key(token);
    if (key === undefined) return false;
    return andThen(this.client.write(this.background, 'DEL', key), (deleted) => deleted === 1);
  }

  private key(token: string): string | undefined {
    const hash = tokenHash(this.backend, token);
    return hash && this.prefix + hash;
  }
}

/** Checks the value, because other programs may write to the same Redis. */
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
