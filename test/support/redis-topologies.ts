import { Cluster, Redis as IoRedis } from 'ioredis';
import { createClientPool, createCluster, createSentinel } from 'redis';
import { connectRedis } from './redis.js';
import type { OwnServer } from './server-process.js';
import { startClusterNode, startRedis, startSentinel } from './servers.js';

/** One server that sentinels know as `main`, and a cluster of three masters. */
export interface Topologies {
  single: OwnServer;
  sentinel: OwnServer;
  nodes: OwnServer[];
  stop: () => Promise<void>;
}

const SLOTS: string[][] = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
];

export async function startTopologies(): Promise<Topologies> {
  const [single, ...nodes] = await Promise.all([startRedis(), ...SLOTS.map(() => startClusterNode())]);
  const [sentinel] = await Promise.all([startSentinel('main', single.port), join(nodes)]);
  const servers = [sentinel, single, ...nodes];
  return {
    single,
    sentinel,
    nodes,
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}

async function join(nodes: OwnServer[]): Promise<void> {
  const clients = await Promise.all(nodes.map(({ url }) => connectRedis('ioredis', url)));
  const each = (command: (index: number) => string[]) =>
    Promise.all(clients.map((client, index) => client.command(...command(index))));
  await each((index) => ['CLUSTER', 'ADDSLOTSRANGE', ...SLOTS[index]]);
  const [first] = nodes as [OwnServer];
  const busPort = String(await clients[0]?.command('CONFIG', 'GET', 'cluster-port')).split(',')[1] ?? '';
  const meet = ['CLUSTER', 'MEET', '127.0.0.1', `${first.port}`, busPort];
  await Promise.all(clients.slice(1).map((client) => client.command(...meet)));
  const knowAll = async () => {
    const slots = (await each(() => ['CLUSTER', 'SLOTS'])) as unknown[][];
    const infos = await each(() => ['CLUSTER', 'INFO']);
    return (
      slots.every(({ length }) => length === nodes.length) &&
      infos.every((info) => /state:ok/.test(String(info)))
    );
  };
  while (!(await knowAll())) await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.all(clients.map((client) => client.close().catch(() => undefined)));
}

/** Each way in which the packages reach Redis, beside one connection to one server, and how its client ends. */
export const REDIS_CLIENTS: Record<
  string,
  (servers: Topologies) => Promise<{ client: object; close: () => unknown }>
> = {
  async 'redis, pool'({ single }) {
    const client = createClientPool({ url: single.url });
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async 'redis, cluster'({ nodes }) {
    const client = await createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) }).connect();
    return { client, close: () => client.destroy() };
  },
  async 'redis, sentinel'({ sentinel: { port } }) {
    const sentinelRootNodes = [{ host: '127.0.0.1', port }];
    const client = await createSentinel({ name: 'main', sentinelRootNodes }).connect();
    return { client, close: () => client.destroy() };
  },
  async 'ioredis, cluster'({ nodes }) {
    const client = new Cluster(
      nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
      { lazyConnect: true },
    );
    await client.connect();
    return { client, close: () => client.disconnect() };
  },
  async 'ioredis, sentinel'({ sentinel: { port } }) {
    const client = new IoRedis({
      sentinels: [{ host: '127.0.0.1', port }],
      name: 'main',
      lazyConnect: true,
    });
    await client.connect();
    return { client, close: () => client.disconnect() };
  },
};
