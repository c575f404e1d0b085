/**
 * One way of hashing passwords, for the option [`passwords.schemes`](../../../docs/hashes-from-elsewhere.md#a-scheme-of-your-own).
 * The first scheme hashes new passwords, so it needs `hash` and `isCurrent`. A hash of another scheme is replaced at the
 * first login of its user.
 */
export interface PasswordScheme {
  /** The name of the scheme in messages and in the log, such as `'old-shop'`. No two schemes have the same. */
  readonly name: string;
  /**
   * Hashes of this scheme. The boot stops if a scheme that stands earlier in the list owns one of them, because that one would
   * judge them.
   * @default []
   */
  readonly examples?: readonly string[];
  /**
   * Whether this is a complete, well-formed hash of this scheme. Of several schemes that own a hash, the first judges it. The
   * hash may be any text of at most 512 characters, so an answer must not take long.
   */
  owns(hash: string): boolean;
  /**
   * Why a hash that this scheme owns must not be verified, in words that follow "the hash" and do not contain it: `'must have
   * at most 100000 rounds'`. Such a hash counts as none. Anybody who can write a row chooses its costs, so a scheme bounds
   * them here.
   * @default `undefined` for every hash
   */
  fault?(hash: string): string | undefined;
  /**
   * Whether the hash is one of this password. Only `true` counts. It must not block the event loop, and must compare in
   * constant time. A throw, or no answer within 30 seconds, counts as a wrong password.
   */
  verify(password: string, hash: string): Promise<boolean>;
  /**
   * Hashes a new password. The result has at most 255 characters, unless your column takes more, and this scheme owns it.
   * @default none; then the scheme cannot be the first
   */
  hash?(password: string): Promise<string>;
  /**
   * Whether `hash()` would use the same costs today. A hash that is not current is replaced at the next login. It is only asked
   * of the first scheme.
   */
  isCurrent?(hash: string): boolean;
  /**
   * Why a hash of this scheme does not cover the whole password, in a message for the user: `'Password should be at most 72
   * bytes'`. The first scheme refuses such a new password. If `verify()` accepts such a password all the same, its hash counts
   * once and is replaced at once.
   * @default `undefined` for every password
   */
  refusal?(password: string): string | undefined;
}
