import { randomBytes } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { TemporarilyUnavailableError } from '../../common/users-error.js';
import { argon2id } from './argon2id.scheme.js';
import { bcrypt } from './bcrypt.scheme.js';
import type { PasswordScheme } from './password-scheme.js';
import type { PasswordSettings } from './password.settings.js';

/**
 * What a hash says of a password: `partly right` if the hash covers only the first part of it, `outdated` if it is right and
 * new hashes have another scheme or other costs.
 */
export type Verdict = 'wrong' | 'right' | 'outdated' | 'partly right';

/** Hashes and verifies passwords, with a limited number running and a limited number waiting. */
export class Passwords {
  private readonly limit: LimitFunction;

  private constructor(
    private readonly settings: PasswordSettings,
    private readonly schemes: readonly PasswordScheme[],
    private readonly preferred: PasswordScheme,
    /**
     * The dummy hash, of a random password. It is verified if there is no hash, so that the response time is
     * the same.
     */
    private readonly decoy: string,
  ) {
    this.limit = pLimit(settings.concurrency);
  }

  static async create(settings: PasswordSettings): Promise<Passwords> {
    const known = { argon2id: argon2id(settings.argon2id), bcrypt: bcrypt(settings.bcrypt) };
    const schemes = settings.schemes.map((name) => known[name]);
    const preferred = schemes[0];
    const decoy = await preferred.hash(randomBytes(24).toString('base64'));
    return new Passwords(settings, schemes, preferred, decoy);
  }

  /** Why a new password is refused, in a message for the user; `undefined` if it is accepted. */
  refusal(password: string): string | undefined {
    const { minLength, maxLength } = this.settings;
    const length = codePoints(password, maxLength);
    if (length > maxLength) return `Password should be at most ${maxLength} characters`;
    if (!password.isWellFormed()) return 'Password should be valid Unicode';
    if (length < minLength) return `Password should be at least ${minLength} characters`;
    return this.preferred.refusal(password);
  }

  /** @throws {TemporarilyUnavailableError} when too many hashes wait already */
  hash(password: string): Promise<string> {
    return this.inTurn(() => this.preferred.hash(password));
  }

  /**
   * Verifies exactly one hash, also if there is no usable `stored` hash. Only a password that no user can have,
   * because it is too long or not valid Unicode, is refused without a hash.
   * @throws {TemporarilyUnavailableError} when too many hashes wait already
   */
  async judge(password: string, stored: string | null | undefined): Promise<Verdict> {
    if (!this.isPlausible(password)) return 'wrong';
    const scheme = stored ? this.schemes.find((each) => each.owns(stored)) : undefined;
    if (!stored || !scheme) {
      await this.inTurn(() => this.preferred.verify(this.decoy, password));
      return 'wrong';
    }

    if (!(await this.inTurn(() => scheme.verify(stored, password)))) return 'wrong';
    if (scheme.refusal(password) !== undefined) return 'partly right';
    const isCurrent = scheme === this.preferred && scheme.isCurrent(stored);
    return isCurrent || this.preferred.refusal(password) !== undefined ? 'right' : 'outdated';
  }

  /** The names of the accepted schemes. The first one makes new hashes. */
  get schemeNames(): readonly string[] {
    return this.settings.schemes;
  }

  /** Whether an accepted scheme can verify this hash. */
  isUsable(stored: string): boolean {
    return this.schemes.some((scheme) => scheme.owns(stored));
  }

  private isPlausible(password: string): boolean {
    const { maxLength } = this.settings;
    return codePoints(password, maxLength) <= maxLength && password.isWellFormed();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.limit.pendingCount >= this.settings.queue) {
      throw new TemporarilyUnavailableError('Too many logins are waiting.', 1);
    }
    return this.limit(work);
  }
}

/** The length in code points. It stops counting when the length is known to be above `most`. */
const codePoints = (text: string, most: number): number => Array.from(text.slice(0, 2 * most + 2)).length;
