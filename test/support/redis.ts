import { randomUUID } from 'node:crypto';
import { Redis as IoRedis } from 'ioredis';
import { createClient } from 'redis';

const URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** Redis is tested where `TEST_DATABASES` names it. */
export const isRedisUnderTest = (process.env['TEST_DATABASES'] ?? '').includes('redis');

export const REDIS_PACKAGES = ['redis', 'ioredis'] as const;
export type RedisPackage = (typeof REDIS_PACKAGES)[number];

/** A connected client, and keys of its own. */
export interface TestRedis {
  client: object;
  prefix: string;
  /** Every key under the prefix that holds a text, with it. */
  dump: () => Promise<Record<string, string>>;
  command: (...command: string[]) => Promise<unknown>;
  close: () => Promise<void>;
}

/** How soon a client tries again: the promise is to be back within two seconds. */
const RECONNECT_MS = 200;

export async function connectRedis(name: RedisPackage, url = URL): Promise<TestRedis> {
  const prefix = `test:${randomUUID()}:`;
  const { client, send, close } = name === 'redis' ? await nodeRedis(url) : await ioRedis(url);
  const keys = async () => (await send('KEYS', `${prefix}*`)) as string[];
  return {
    client,
    prefix,
    command: send,
    async dump() {
      const found = await keys();
      const entries = found.map(async (key) => {
        const isText = (await send('TYPE', key)) === 'string';
        return isText ? [[key, String(await send('GET', key))] as const] : [];
      });
      return Object.fromEntries((await Promise.all(entries)).flat());
    },
    async close() {
      const found = await keys().catch(() => []);
      if (found.length > 0) await send('DEL', ...found);
      close();
    },
  };
}

async function nodeRedis(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: () => RECONNECT_MS } });
  client.on('error', () => undefined);
  await client.connect();
  return {
    client,
    send: (...command: string[]): Promise<unknown> => client.sendCommand(command),
    close: () => client.destroy(),
  };
}

async function ioRedis(url: string) {
  const client = new IoRedis(url, { lazyConnect: true, retryStrategy: () => RECONNECT_MS });
  client.on('error', () => undefined);
  await client.connect();
  return {
    client,
    send: (...[command = '', ...args]: string[]): Promise<unknown> => client.call(command, ...args),
    close: () => client.disconnect(),
  };
}
