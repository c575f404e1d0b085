import { jest } from '@jest/globals';

/** Puts the clock forward and lets it stand; everything still runs. `jest.useRealTimers()` ends it. */
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
