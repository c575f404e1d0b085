import { bearer, cookie, database, jwt, redis as redisStrategy, type BackendOptions } from 'nestjs-users';
import type { HostOptions } from './host.js';
import { connectRedis, isRedisUnderTest, type RedisPackage } from './redis.js';
import { Session } from './users.js';

export const TRANSPORTS = { bearer, cookie: () => cookie() };

/** Every strategy, in each of the ways that differ. */
export const STRATEGIES = [
  ...(['jwt', 'jwt with sessions', 'database'] as const),
  ...(isRedisUnderTest ? (['redis on redis', 'redis on ioredis'] as const) : []),
];
export type StrategyName = (typeof STRATEGIES)[number];

/** Host options with one backend, `main`, and what to close in the end. */
export interface Combination {
  options: Pick<HostOptions, 'backends' | 'session'>;
  /** Everything that the strategy's own store holds. */
  dump: () => Promise<Record<string, string>>;
  close: () => Promise<void>;
}

export async function combine(
  transport: keyof typeof TRANSPORTS,
  strategy: StrategyName,
): Promise<Combination> {
  const main = (of: BackendOptions['strategy']) => [
    { name: 'main', transport: TRANSPORTS[transport](), strategy: of },
  ];
  const nothing = { dump: async () => ({}), close: async () => undefined };
  if (strategy === 'jwt') return { options: { backends: main(jwt()) }, ...nothing };
  if (strategy === 'jwt with sessions') {
    return { options: { backends: main(jwt()), session: Session }, ...nothing };
  }
  if (strategy === 'database')
    return { options: { backends: main(database()), session: Session }, ...nothing };

  const { client, prefix, ...rest } = await connectRedis(strategy.split(' ').at(-1) as RedisPackage);
  return { options: { backends: main(redisStrategy({ client, prefix })) }, ...rest };
}
