import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationShutdown,
} from '@nestjs/common';

const SHUTDOWN_WAIT_MS = 8000;

/**
 * Work that goes on after the answer: neither its time nor its failure reaches a client. Shutdown waits for
 * what is under way, for 8 seconds at most.
 */
@Injectable()
export class Background implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('UsersModule');
  private readonly running = new Set<Promise<void>>();
  private deadline: Promise<void> | undefined;

  run(name: string, work: () => unknown): void {
    const job = new Promise<void>((resolve) => setImmediate(resolve))
      .then(work)
      .catch((error: unknown) => this.logger.error(`${name} failed`, stackOf(error)))
      .then(() => void this.running.delete(job));
    this.running.add(job);
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Before the connections close, and once more for what the last requests began. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.wait();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.wait();
  }

  private async wait(): Promise<void> {
    this.deadline ??= new Promise((resolve) => setTimeout(resolve, SHUTDOWN_WAIT_MS).unref());
    await Promise.race([this.idle(), this.deadline]);
  }
}

export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
