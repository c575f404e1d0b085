import { setTimeout as delay } from 'node:timers/promises';

/** The moment at which a failed login is answered, whatever was asked before. So the time tells nothing of it. */
export class FailureDue {
  private readonly moment: number;

  /** @param seconds from now */
  constructor(seconds: number) {
    this.moment = performance.now() + seconds * 1000;
  }

  /**
   * Waits for work until the moment, and not longer.
   * @throws if the work fails or is late; late work goes on, and its outcome is dropped
   */
  async before<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const late = this.passed(controller.signal).then(() => {
      throw new Error('No answer in time');
    });
    try {
      return await Promise.race([work(controller.signal), late]);
    } finally {
      late.catch(() => undefined);
      controller.abort();
    }
  }

  async passed(signal?: AbortSignal): Promise<undefined> {
    const rest = this.moment - performance.now();
    if (rest > 0) await delay(rest, undefined, { signal });
    return undefined;
  }
}
