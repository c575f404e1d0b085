import { EXIT, InterruptedError } from './outcome.js';

/** Ctrl-C, and the other signals that end a process in order. The second one ends it at once. */
export class Interruption {
  private readonly controller = new AbortController();
  private isOpen = false;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (!this.isOpen || this.signal.aborted) process.exit(EXIT.interrupted);
        this.controller.abort(new InterruptedError());
      });
    }
  }

  /** Is aborted by the first signal, for work that ends by itself in a safe place. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The application is open, so it must be closed before the process ends. */
  begin(): void {
    this.isOpen = true;
  }

  /**
   * Waits for work, or for a signal.
   * @throws {InterruptedError}
   */
  or<T>(work: Promise<T>): Promise<T> {
    const interrupted = new Promise<never>((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true });
    });
    return Promise.race([work, interrupted]);
  }
}
