import { randomBytes } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { TemporarilyUnavailableError } from '../../common/users-error.js';
import { argon2id } from './argon2id.scheme.js';
import { bcrypt } from './bcrypt.scheme.js';
import type { PasswordScheme } from './password-scheme.js';
import type { PasswordSettings } from './password.settings.js';

/** Hashes and verifies passwords: a bounded number at once, a bounded number waiting. */
export class Passwords {
  private readonly limit: LimitFunction;

  private constructor(
    private readonly settings: PasswordSettings,
    private readonly schemes: readonly PasswordScheme[],
    private readonly preferred: PasswordScheme,
    /** A hash of nothing that anybody knows: where there is no hash to verify, this one takes the time. */
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

  /** Why a new password is refused, in a sentence for the user; `undefined` if it is not. */
  refusal(password: string): string | undefined {
    const { minLength, maxLength } = this.settings;
    if (!password.isWellFormed()) return 'Password should be valid Unicode';
    const length = codePoints(password, maxLength);
    if (length < minLength) return `Password should be at least ${minLength} characters`;
    if (length > maxLength) return `Password should be at most ${maxLength} characters`;
    return this.preferred.refusal(password);
  }

  /** @throws {TemporarilyUnavailableError} when too many hashes wait already */
  hash(password: string): Promise<string> {
    return this.inTurn(() => this.preferred.hash(password));
  }

  /**
   * Exactly one hash, whether there is a usable `stored` one or not. Only a password that could be nobody's,
   * because it is too long or no Unicode, is refused without.
   * @throws {TemporarilyUnavailableError} when too many hashes wait already
   */
  async verify(password: string, stored: string | null | undefined): Promise<boolean> {
    if (!this.isPlausible(password)) return false;
    const scheme = stored ? this.schemes.find((each) => each.owns(stored)) : undefined;
    if (stored && scheme) return this.inTurn(() => scheme.verify(stored, password));

    await this.inTurn(() => this.preferred.verify(this.decoy, password));
    return false;
  }

  /** Whether any password could match this hash. */
  isUsable(stored: string): boolean {
    return this.schemes.some((scheme) => scheme.owns(stored));
  }

  /** An older scheme or other costs than the ones configured now. */
  isOutdated(stored: string): boolean {
    return !this.preferred.owns(stored) || !this.preferred.isCurrent(stored);
  }

  /** Whether this password, which has just been verified, can be hashed by the preferred scheme. */
  canHash(password: string): boolean {
    return this.preferred.refusal(password) === undefined;
  }

  private isPlausible(password: string): boolean {
    const { maxLength } = this.settings;
    return password.isWellFormed() && codePoints(password, maxLength) <= maxLength;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.limit.pendingCount >= this.settings.queue) {
      throw new TemporarilyUnavailableError('Too many logins are waiting.', 1);
    }
    return this.limit(work);
  }
}

/** The length in code points, counted no further than it takes to know that it is over `most`. */
const codePoints = (text: string, most: number): number => Array.from(text.slice(0, 2 * most + 2)).length;
