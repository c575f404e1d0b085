import { Logger, type InjectionToken } from '@nestjs/common';
import { type Background, stackOf } from './background.js';
import { ConfigurationError } from './configuration-error.js';
import { Deadlines } from './deadlines.js';
import { LateWriteError } from './late-write.js';
import { type AnyClient, readsReplicas, type Send, senderOf } from './redis-commands.js';
import { TemporarilyUnavailableError } from './users-error.js';

/**
 * A connected client of the package `ioredis`, or of `redis` from version 4: for one server, a pool of
 * connections, a cluster, or sentinels.
 */
export type RedisClient = object;

/** A {@link RedisClient}, or the injection token of the provider that makes one. */
export type RedisClientOption = RedisClient | InjectionToken;

const COMMAND_TIMEOUT_MS = 900;
const NO_ANSWER = 'A part of the application does not answer.';

export const isInjectionToken = (client: RedisClientOption): client is InjectionToken =>
  typeof client !== 'object';

/** @throws {ConfigurationError} for an address of a server, which Nest would take for an injection token */
export function refuseAddress(client: RedisClientOption | undefined, option: string): void {
  if (typeof client !== 'string' || !/^rediss?:|:\d+$/i.test(client)) return;
  throw new ConfigurationError(
    `${option} is an address; give it a connected client of the package redis or ioredis, or the injection token of one.`,
  );
}

/** Sends commands to Redis with the host's client. No command takes longer than a second. */
export class Redis {
  readonly isIoredis: boolean;
  private readonly deadlines = new Deadlines(COMMAND_TIMEOUT_MS);

  /** @param injected the client that Nest injected, if `given` is a token */
  static from(given: RedisClientOption, injected: unknown, option: string): Redis {
    if (!isInjectionToken(given)) return new Redis(given, option);
    if (injected !== undefined) return new Redis(injected as RedisClient, option);
    throw new ConfigurationError(
      `${option} is an injection token that the factory returned; name the token beside the plan, or return the client itself.`,
    );
  }

  /** Private at run time too: the client holds its password, and printing a service must not show it. */
  readonly #client: RedisClient;

  readonly #send: Send;

  private constructor(client: RedisClient, option: string) {
    const send = senderOf(Object(client) as AnyClient);
    if (!send) {
      throw new ConfigurationError(
        `${option} must be a client of the package redis or ioredis, or the injection token of one.`,
      );
    }
    if (readsReplicas(client)) {
      throw new ConfigurationError(
        `${option} reads from replicas, where a session may still be valid after its logout; set it to a client of ioredis with scaleReads 'master' and role 'master', which are the defaults.`,
      );
    }
    this.isIoredis = typeof (client as AnyClient).call === 'function';
    keepAlive(client);
    this.#client = client;
    this.#send = send;
  }

  /** The client itself, for a package that sends its own commands. */
  get client(): RedisClient {
    return this.#client;
  }

  /** @throws {TemporarilyUnavailableError} within a second */
  send(command: string, ...args: string[]): Promise<unknown> {
    return this.within(() => this.#send(command, args));
  }

  /**
   * As {@link send}, for a command that changes something. Work that belongs to the change follows by
   * `andThen`.
   * @throws {LateWriteError} if the command does not finish in time, so that its success is unknown
   */
  write(background: Background, command: string, ...args: string[]): Promise<unknown> {
    const work = away(() => this.#send(command, args));
    return this.deadlines.wait(work, () => new LateWriteError(work, background));
  }

  /**
   * Runs `work`, for at most a second. An error of `work` that is not the library's own counts as an outage of
   * Redis.
   */
  within<T>(work: () => Promise<T>): Promise<T> {
    return this.deadlines.wait(away(work), () => noAnswer());
  }
}

interface Emitter {
  on?: (event: 'error', listener: (error: unknown) => void) => unknown;
  listenerCount?: (event: 'error') => number;
}

const noAnswer = (cause?: unknown) => new TemporarilyUnavailableError(NO_ANSWER, 1, { cause });

async function away<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TemporarilyUnavailableError) throw error;
    throw noAnswer(error);
  }
}

/** An `error` event without a listener ends the process. An outage of Redis must not do that. */
function keepAlive(client: Emitter): void {
  if (client.listenerCount?.('error') !== 0) return;
  const logger = new Logger('UsersModule');
  client.on?.('error', (error) => logger.error('The connection to Redis failed', stackOf(error)));
}
