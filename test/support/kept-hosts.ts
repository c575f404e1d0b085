import type { Host, HostOptions } from './boot-host.js';

/** A host that has started. */
export interface RunningHost {
  host: Host;
  /** Before each test that gets it. */
  enter: () => void;
  /**
   * After a test: makes it as it started, without a row, a mail, an answer. `false` if the test did more than that undoes.
   * @throws {Error} if a secret leaked
   */
  renew: () => Promise<boolean>;
  /** @throws {Error} if a secret leaked */
  stop: () => Promise<void>;
}

interface Kept {
  options: HostOptions;
  running: RunningHost;
  isFree: boolean;
}

/**
 * The hosts of one suite on one combination. To start one takes longer than most tests, so a test gets that of an
 * earlier one with the same options, as it started.
 */
export class KeptHosts {
  private readonly all = new Set<Kept>();

  constructor(private readonly start: (options: HostOptions) => Promise<RunningHost>) {}

  async get(options: HostOptions): Promise<Host> {
    const found = [...this.all].find((each) => each.isFree && isSame(each.options, options));
    const kept = found ?? { options, running: await this.start(options), isFree: false };
    kept.isFree = false;
    this.all.add(kept);
    kept.running.enter();
    return kept.running.host;
  }

  /** After each test. */
  async renew(): Promise<void> {
    for (const kept of [...this.all].filter(({ isFree }) => !isFree)) {
      this.all.delete(kept);
      kept.isFree = mayServeAgain(kept.options) && (await kept.running.renew());
      if (kept.isFree) this.all.add(kept);
      else await kept.running.stop();
    }
  }

  /** After all tests. */
  async close(): Promise<void> {
    for (const { running } of this.all) await running.stop();
  }
}

/** Limits count in memory, and what a test adds to a host may have a state of its own. */
const mayServeAgain = (options: HostOptions): boolean => {
  const { fresh, limits, hooks, host, imports, override, prepare, place } = options;
  return !fresh && !limits && !hooks && !host && !imports && !override && !prepare && !place;
};

/** Whether the options are the same; what is no plain object or list is the same as itself alone. */
function isSame(one: unknown, other: unknown): boolean {
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other))
    return Object.is(one, other);
  // An option that is undefined takes a default away.
  const names = Object.keys({ ...one, ...other });
  return names.every((name) => name in one === name in other && isSame(one[name], other[name]));
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  Array.isArray(value) ||
  (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);
