import { Logger, type InjectionToken } from '@nestjs/common';
import { stackOf } from './background.js';
import { ConfigurationError } from './configuration-error.js';
import { TemporarilyUnavailableError } from './users-error.js';
import { withinTime } from './within-time.js';

/** A connected client of the package `ioredis`, or of `redis` from version 4 on. */
export type RedisClient = object;

/** A {@link RedisClient}, or the token of the provider that makes one. */
export type RedisClientOption = RedisClient | InjectionToken;

interface AnyClient {
  /** ioredis. */
  call?: (command: string, ...args: string[]) => Promise<unknown>;
  /** redis. */
  sendCommand?: (command: string[], options?: { timeout: number }) => Promise<unknown>;
  isReady?: boolean;
  on?: (event: 'error', listener: (error: unknown) => void) => unknown;
  listenerCount?: (event: 'error') => number;
}

const COMMAND_TIMEOUT_MS = 900;
const NO_ANSWER = 'A part of the application does not answer.';

export const isInjectionToken = (client: RedisClientOption): client is InjectionToken =>
  typeof client !== 'object';

/** Commands to Redis through whichever client the host has; none takes longer than a second. */
export class Redis {
  readonly isIoredis: boolean;

  /**
   * @param injected what the token leads to, if `given` is one
   * @throws {ConfigurationError} that names `option`
   */
  static from(given: RedisClientOption, injected: unknown, option: string): Redis {
    if (!isInjectionToken(given)) return new Redis(given, option);
    if (injected !== undefined) return new Redis(injected as RedisClient, option);
    throw new ConfigurationError(
      `${option} is an injection token that the factory returned; name it beside the plan, or return the client.`,
    );
  }

  private constructor(
    readonly client: RedisClient,
    option: string,
  ) {
    const { call, sendCommand } = Object(client) as AnyClient;
    this.isIoredis = typeof call === 'function';
    if (!this.isIoredis && typeof sendCommand !== 'function') {
      throw new ConfigurationError(
        `${option} must be a client of the package redis or ioredis, or the injection token of one.`,
      );
    }
    keepAlive(client);
  }

  /** @throws {TemporarilyUnavailableError} within a second */
  send(command: string, ...args: string[]): Promise<unknown> {
    const { call, sendCommand, isReady } = this.client as Required<AnyClient>;
    // A timer of its own for every command costs more than the command; ours below holds them all.
    const options = isReady ? { timeout: 0 } : undefined;
    return this.within(() =>
      this.isIoredis
        ? call.call(this.client, command, ...args)
        : sendCommand.call(this.client, [command, ...args], options),
    );
  }

  /** Whatever `work` asks of Redis, within a second. What it throws, if it is no error of ours, means that Redis is away. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withinTime(work(), COMMAND_TIMEOUT_MS, NO_ANSWER);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TemporarilyUnavailableError) throw error;
      throw new TemporarilyUnavailableError(NO_ANSWER, 1, { cause: error });
    }
  }
}

/** An `error` event that nobody listens to ends the process: Redis going away must not. */
function keepAlive(client: AnyClient): void {
  if (client.listenerCount?.('error') !== 0) return;
  const logger = new Logger('UsersModule');
  client.on?.('error', (error) => logger.error('The connection to Redis failed', stackOf(error)));
}
