import { Redis } from 'ioredis';
import type { RedisClient } from 'nestjs-users';
import { createClient } from 'redis';

const URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

export const nodeRedis = (): Promise<RedisClient> => createClient({ url: URL }).connect();

export async function ioRedis(): Promise<RedisClient> {
  const client = new Redis(URL, { lazyConnect: true });
  await client.connect();
  return client;
}
