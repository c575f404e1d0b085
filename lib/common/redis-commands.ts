/** The members by which this library tells the clients of `ioredis` and `redis` apart. */
export interface AnyClient {
  /** Only `ioredis` has it, its cluster too. */
  call?: (command: string, ...args: string[]) => Promise<unknown>;
  options?: { scaleReads?: unknown; role?: unknown };
  /** Only `redis` has it. Its arguments depend on the kind of client; see {@link senderOf}. */
  sendCommand?: (...args: unknown[]) => Promise<unknown>;
  isReady?: boolean;
  /** Only the cluster of `redis` has it. */
  getSlotMaster?: unknown;
  /** Only the sentinel client of `redis` has it. */
  getMasterNode?: unknown;
}

export type Send = (command: string, args: string[]) => Promise<unknown>;

/**
 * The library's reads check credentials. A replica may not have received a logout yet, so it must not answer
 * them.
 */
const READS_REPLICAS = false;

/** Sends a command to the client's master; `undefined` if the value is not a Redis client. */
export function senderOf(client: AnyClient): Send | undefined {
  const { call, sendCommand, getSlotMaster, getMasterNode } = client;
  if (typeof call === 'function') return (command, args) => call.call(client, command, ...args);
  if (typeof sendCommand !== 'function') return undefined;

  const send = (...args: unknown[]) => sendCommand.call(client, ...args, optionsOf(client));
  if (typeof getSlotMaster === 'function') {
    return (command, args) => send(keyOf(command, args), READS_REPLICAS, [command, ...args]);
  }
  if (typeof getMasterNode === 'function') {
    return (command, args) => send(READS_REPLICAS, [command, ...args]);
  }
  return (command, args) => send([command, ...args]);
}

/** Whether a client of `ioredis` sends read commands to replicas. */
export const readsReplicas = ({ call, options = {} }: AnyClient): boolean =>
  typeof call === 'function' && ((options.scaleReads ?? 'master') !== 'master' || options.role === 'slave');

/** A timer for each command costs more than the command. {@link Redis} has one timer for all of them. */
const optionsOf = ({ isReady }: AnyClient) => (isReady ? { timeout: 0 } : undefined);

/**
 * A cluster routes by the key. Each command of this library has one key; EVAL has its script and a number
 * before the key.
 */
const keyOf = (command: string, args: string[]): string | undefined =>
  command === 'EVAL' ? args[2] : args[0];
