interface Waiting {
  until: number;
  giveUp: () => void;
}

/**
 * Limits how long the library waits for a promise. The limit is the same for all, so one timer for the oldest
 * is enough.
 */
export class Deadlines {
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly milliseconds: number) {}

  /** @param late makes the error that is thrown after the time limit; the work itself goes on */
  wait<T>(work: Promise<T>, late: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry = { until: performance.now() + this.milliseconds, giveUp: () => reject(late()) };
      this.waiting.add(entry);
      this.timer ??= setTimeout(this.look, this.milliseconds).unref();
      const done = () => void this.waiting.delete(entry);
      work.then(
        (result) => {
          done();
          resolve(result);
        },
        (error: Error) => {
          done();
          reject(error);
        },
      );
    });
  }

  private readonly look = (): void => {
    this.timer = undefined;
    const now = performance.now();
    for (const entry of this.waiting) {
      if (entry.until > now) {
        this.timer = setTimeout(this.look, entry.until - now).unref();
        return;
      }
      this.waiting.delete(entry);
      entry.giveUp();
    }
  };
}
