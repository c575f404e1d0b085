/** How a password may be hashed: `argon2id` (RFC 9106) or `bcrypt`. */
export type PasswordSchemeName = 'argon2id' | 'bcrypt';

/** How passwords are judged and hashed. */
export interface PasswordOptions {
  /** The first hashes new passwords; all of them verify. Default `['argon2id', 'bcrypt']`. */
  schemes?: PasswordSchemeName[];
  /** The fewest code points of a new password. Default 8. */
  minLength?: number;
  /** The most code points of a password; a longer one is refused before it is hashed. Default 128. */
  maxLength?: number;
  /** Costs of argon2id. Defaults: 19456 KiB of memory, 2 passes, 1 lane (OWASP's recommendation). */
  argon2id?: { memoryKibibytes?: number; passes?: number; lanes?: number };
  /** Cost of bcrypt: 2 to this power. Default 12. */
  bcrypt?: { rounds?: number };
  /** How many hashes run at once. Default: the number of cores. */
  concurrency?: number;
  /** How many wait for their turn; one more is answered `503` with `Retry-After`. Default 128. */
  queue?: number;
}

export interface PasswordSettings extends Required<PasswordOptions> {
  argon2id: Required<NonNullable<PasswordOptions['argon2id']>>;
  bcrypt: Required<NonNullable<PasswordOptions['bcrypt']>>;
}
