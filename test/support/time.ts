/** What fake timers leave alone: the clock stands where a test puts it, and everything still runs. */
export const REAL_TIMERS: (
  | 'nextTick'
  | 'queueMicrotask'
  | 'setImmediate'
  | 'setTimeout'
  | 'setInterval'
  | 'clearImmediate'
  | 'clearTimeout'
  | 'clearInterval'
  | 'performance'
  | 'hrtime'
)[] = [
  'nextTick',
  'queueMicrotask',
  'setImmediate',
  'setTimeout',
  'setInterval',
  'clearImmediate',
  'clearTimeout',
  'clearInterval',
  'performance',
  'hrtime',
];
