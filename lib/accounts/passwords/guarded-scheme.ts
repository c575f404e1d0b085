import { placesOf } from '../../common/background.js';
import { Logger } from '@nestjs/common';
import { Deadlines } from '../../common/deadlines.js';
import { TemporarilyUnavailableError } from '../../common/users-error.js';
import type { PasswordScheme } from './password-scheme.js';

const LONGEST_VERIFICATION_MS = 30_000;
const LONGEST_BLOCK_MS = 100;

/**
 * A scheme of a host, whose mistakes never reach a client: what it throws counts as no answer, and only `true` counts as yes.
 * A log line names the scheme and the place, never a message of it, because that could contain the password or the hash.
 */
export class GuardedScheme {
  private readonly logger = new Logger('UsersModule');
  private readonly deadlines = new Deadlines(LONGEST_VERIFICATION_MS);
  private hasWarned = false;

  constructor(private readonly scheme: PasswordScheme) {}

  get name(): string {
    return this.scheme.name;
  }

  get examples(): readonly string[] {
    return this.scheme.examples ?? [];
  }

  owns(hash: string): boolean {
    return this.guarded('owns', () => this.scheme.owns(hash)) === true;
  }

  /** Why the hash must not be verified; in words that follow "the hash". */
  fault(hash: string): string | undefined {
    const failed = `cannot be judged by the scheme ${this.name}`;
    const fault = this.guarded('fault', () => this.scheme.fault?.(hash), failed);
    return fault === undefined || typeof fault === 'string' ? fault : failed;
  }

  /** @returns `undefined` if the scheme failed to judge */
  async verify(password: string, hash: string): Promise<boolean | undefined> {
    try {
      const verdict = await this.inTime(() => this.scheme.verify(password, hash));
      if (typeof verdict === 'boolean') return verdict;
      this.logger.error(`verify() of the scheme ${this.name} gave neither true nor false`);
    } catch (error) {
      this.report('verify', error);
    }
    return undefined;
  }

  /** @throws {TemporarilyUnavailableError} if the scheme fails, because nothing is stored then */
  async hash(password: string): Promise<string> {
    try {
      const hash: unknown = await this.inTime(async () => this.scheme.hash?.(password));
      if (typeof hash === 'string' && this.owns(hash)) return hash;
      this.logger.error(`hash() of the scheme ${this.name} gave no hash that the scheme owns`);
    } catch (error) {
      this.report('hash', error);
    }
    throw new TemporarilyUnavailableError('The password could not be hashed.', 1);
  }

  isCurrent(hash: string): boolean {
    return this.guarded('isCurrent', () => this.scheme.isCurrent?.(hash), true) === true;
  }

  refusal(password: string): string | undefined {
    return this.guarded('refusal', () => this.scheme.refusal?.(password), 'Password is not possible');
  }

  private guarded<T, Otherwise = undefined>(
    method: string,
    call: () => T,
    otherwise?: Otherwise,
  ): T | Otherwise | undefined {
    try {
      return call();
    } catch (error) {
      this.report(method, error);
      return otherwise;
    }
  }

  private inTime<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    // A scheme in JavaScript may answer without a promise.
    const answer = Promise.resolve(work());
    if (performance.now() - begun > LONGEST_BLOCK_MS) this.warnOfBlock();
    return this.deadlines.wait(answer, () => new Error('No answer in time'));
  }

  private warnOfBlock(): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.logger.warn(
      `The scheme ${this.name} blocks the event loop, so all requests wait for it; use asynchronous functions, or a worker.`,
    );
  }

  private report(method: string, error: unknown): void {
    this.logger.error(`${method}() of the scheme ${this.name} failed: ${placesOf(error)}`);
  }
}
