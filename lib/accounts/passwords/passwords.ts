import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import { TemporarilyUnavailableError } from '../../common/users-error.js';
import { argon2id } from './argon2id.scheme.js';
import { bcrypt } from './bcrypt.scheme.js';
import { LONGEST_HASH } from './bounds.js';
import { GuardedScheme } from './guarded-scheme.js';
import type { PasswordSettings } from './password.settings.js';
import { requireDistinct, requireHashing } from './scheme-checks.js';

/**
 * What a hash says of a password: `partly right` if the hash covers only the first part of it, `outdated` if it is right and
 * new hashes have another scheme or other costs.
 */
export type Verdict = 'wrong' | 'right' | 'outdated' | 'partly right';

/** Hashes and verifies passwords, with a limited number running and a limited number waiting. */
export class Passwords {
  private readonly logger = new Logger('UsersModule');
  private readonly limit: LimitFunction;

  private constructor(
    private readonly settings: PasswordSettings,
    private readonly schemes: readonly GuardedScheme[],
    private readonly preferred: GuardedScheme,
    /**
     * The dummy hash, of a random password. It is verified if there is no hash, so that the response time is
     * the same.
     */
    private readonly decoy: string,
  ) {
    this.limit = pLimit(settings.concurrency);
  }

  /** @throws {ConfigurationError} for schemes that cannot work */
  static async create(settings: PasswordSettings): Promise<Passwords> {
    const ours = { argon2id: argon2id(settings.argon2id), bcrypt: bcrypt(settings.bcrypt) };
    const schemes = settings.schemes.map(
      (scheme) => new GuardedScheme(typeof scheme === 'string' ? ours[scheme] : scheme),
    );
    requireDistinct(schemes);
    const [preferred] = schemes;
    const secret = randomBytes(24).toString('base64');
    const decoy = await requireHashing(preferred, secret, typeof settings.schemes[0] === 'string');
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

  /** Whether the first scheme could hash this password, of which a login is possible, whatever the minimum length is. */
  isHashable(password: string): boolean {
    return this.isPlausible(password) && this.preferred.refusal(password) === undefined;
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
    const scheme = this.usableScheme(stored);
    const matches = scheme && (await this.inTurn(() => scheme.verify(password, stored as string)));
    if (matches === undefined) await this.inTurn(() => this.preferred.verify(password, this.decoy));
    if (!scheme || !matches) return 'wrong';

    const isRefused = this.preferred.refusal(password) !== undefined;
    // Nothing that covers the whole password could take the place of the hash.
    if (scheme.refusal(password) !== undefined) return isRefused ? 'wrong' : 'partly right';
    const isCurrent = scheme === this.preferred && scheme.isCurrent(stored as string);
    return isCurrent || isRefused ? 'right' : 'outdated';
  }

  /**
   * Why a hash cannot be used, in words that follow "the hash" and do not contain it; `undefined` if an accepted scheme can
   * verify it.
   */
  fault(hash: string): string | undefined {
    if (hash.length > LONGEST_HASH) return `must have at most ${LONGEST_HASH} characters`;
    const scheme = this.schemes.find((each) => each.owns(hash));
    if (scheme) return scheme.fault(hash);
    const names = this.schemes.map(({ name }) => name).join(' and ');
    return `must be a hash of one of passwords.schemes, which are ${names}`;
  }

  private usableScheme(stored: string | null | undefined): GuardedScheme | undefined {
    if (!stored) return undefined;
    const fault = this.fault(stored);
    if (fault === undefined) return this.schemes.find((each) => each.owns(stored));
    this.logger.warn(`A stored password hash was not used: it ${fault}.`);
    return undefined;
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
