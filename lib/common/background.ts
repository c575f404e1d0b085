import {
  type BeforeApplicationShutdown,
  type INestApplicationContext,
  Injectable,
  Logger,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { randomInt } from 'node:crypto';

const SHUTDOWN_WAIT_MS = 8000;
const UNSEEN_FROM_MS = 100;
const UNSEEN_UNTIL_MS = 1000;

/**
 * Work that runs after the answer is sent, so that a client sees neither its duration nor its failure. A
 * shutdown waits for this work, for at most 8 seconds.
 */
@Injectable()
export class Background implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('UsersModule');
  /** The jobs, with their names. */
  private readonly running = new Map<Promise<void>, string>();
  /** The jobs that wait for their random moment. Calling one starts it at once. */
  private readonly waiting = new Set<() => void>();
  private deadline: Promise<void> | undefined;

  /** Starts the work right after the answer. */
  run(name: string, work: () => unknown): void {
    this.start(name, nextTurn(), work);
  }

  /**
   * For work whose existence is a secret, such as a mail to a user. If it started right after the answer, the
   * next request would wait for it, and its response time would reveal that the user exists (user enumeration).
   * So it starts at a random moment, between 0.1 and 1 second after the answer.
   */
  runUnseen(name: string, work: () => unknown): void {
    this.start(name, this.deadline ? nextTurn() : this.unseenMoment(), work);
  }

  /** Resolves when no work is left. Jobs that wait for their random moment start at once. */
  async idle(): Promise<void> {
    while (this.running.size > 0) {
      for (const start of this.waiting) start();
      await Promise.all(this.running.keys());
    }
  }

  /**
   * Nest calls this before the connections close. `onApplicationShutdown` waits again, for the work of the last
   * requests.
   */
  async beforeApplicationShutdown(): Promise<void> {
    await this.wait();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.wait();
    if (this.running.size > 0)
      this.logger.error(
        `Lost at the shutdown, because it did not end in time: ${[...this.running.values()].join(', ')}`,
      );
  }

  private start(name: string, moment: Promise<void>, work: () => unknown): void {
    const job = moment
      .then(work)
      .catch((error: unknown) => this.logger.error(`${name} failed`, stackOf(error)))
      .then(() => void this.running.delete(job));
    this.running.set(job, name);
  }

  private unseenMoment(): Promise<void> {
    return new Promise((resolve) => {
      const start = () => {
        clearTimeout(timer);
        this.waiting.delete(start);
        resolve();
      };
      const timer = setTimeout(start, randomInt(UNSEEN_FROM_MS, UNSEEN_UNTIL_MS));
      this.waiting.add(start);
    });
  }

  private async wait(): Promise<void> {
    this.deadline ??= new Promise((resolve) => setTimeout(resolve, SHUTDOWN_WAIT_MS).unref());
    await Promise.race([this.idle(), this.deadline]);
  }
}

/**
 * Resolves when no work after an answer is under way any more: mails, hooks, events. For tests of a host, which look into its
 * outbox. Work that waits for its moment starts at once.
 * @param app an application that imports `UsersModule`
 */
export const settled = (app: Pick<INestApplicationContext, 'get'>): Promise<void> =>
  app.get(Background, { strict: false }).idle();

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The text to log for a thrown value. Any value can be thrown, also one that cannot be converted to text. */
export function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'A value was thrown that cannot be converted to text.';
  }
}

/**
 * As {@link stackOf}, without the message: the name of the error, a code such as ECONNREFUSED, and the places in the code.
 * For code of a host that gets a secret, because an error may quote what the code was given.
 */
export function placesOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'not an Error';
    const { name, stack = '' } = error;
    const code = codeOf(error) ?? codeOf(error.cause);
    const places = stack.split('\n').filter((line) => /^\s+at /.test(line));
    return [code === undefined ? name : `${name} (${code})`, ...places].join('\n');
  } catch {
    return 'not an Error';
  }
}

/** Of an error, or of its cause, as `fetch()` throws it. */
function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z_]{2,39}$/.test(code) ? code : undefined;
}
