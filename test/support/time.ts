import { jest } from '@jest/globals';
import { runInThisContext } from 'node:vm';

// For each test file that imports this.
afterEach(() => void jest.useRealTimers());

/** Puts the clock forward and lets it stand until the test ends; everything still runs. */
export function travel(seconds: number): void {
  jest.useFakeTimers({
    now: Date.now() + seconds * 1000,
    doNotFake: [
      ...(['nextTick', 'queueMicrotask', 'performance', 'hrtime'] as const),
      ...(['setImmediate', 'setTimeout', 'setInterval'] as const),
      ...(['clearImmediate', 'clearTimeout', 'clearInterval'] as const),
    ],
  });
}

/**
 * Puts the process into another time zone; without one, back into its own. Jest gives tests a copy of `process.env`,
 * which nobody asks for the time.
 */
export function moveTo(zone: string | undefined): void {
  const { env } = runInThisContext('process') as typeof process;
  if (zone === undefined) delete env['TZ'];
  else env['TZ'] = zone;
  if (zone !== undefined && new Intl.DateTimeFormat().resolvedOptions().timeZone !== zone) {
    throw new Error(`The process did not move to ${zone}.`);
  }
}

/**
 * For suites that hold a promise of time against a real server or process. Other work on the machine may make one moment
 * slow, so a test that fails is run again, twice at most, and its errors are printed. A fault of ours fails each time.
 */
export const retrySlowMoments = (): void => void jest.retryTimes(2, { logErrorsBeforeRetry: true });
