import { ConfigurationError } from '../common/configuration-error.js';
import { refuseUnknown, requireBoolean } from '../common/option-checks.js';
import { bcryptRefusal } from '../accounts/passwords/bcrypt.scheme.js';
import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { bcryptOf, type Derivation } from './derivations.js';
import { BCRYPT_HASH, schemeOf } from './forms.js';

/** How a Rails application hashed by Devise. */
export interface DeviseOptions {
  /** `config.pepper`. It is a secret. */
  pepper: string;
  /**
   * Accepts a hash of a [password of more than 72 bytes](../../docs/passwords.md#longer-passwords-of-an-earlier-system) once, as
   * `bcrypt.acceptTruncated` does.
   * @default false
   */
  acceptTruncated?: boolean;
}

/**
 * Verifies the bcrypt hashes of Devise with a pepper. Without a pepper, `'bcrypt'` verifies them. Of the two, list one.
 * @throws {ConfigurationError} without a pepper
 */
export function devise(options: DeviseOptions): PasswordScheme {
  refuseUnknown('devise()', options, ['pepper', 'acceptTruncated']);
  const { pepper, acceptTruncated = false } = options;
  if (typeof pepper !== 'string' || pepper === '') {
    throw new ConfigurationError(
      "devise() needs the pepper of Devise; without one, use the scheme 'bcrypt'.",
    );
  }
  requireBoolean('devise(): acceptTruncated', acceptTruncated);

  // bcrypt reads 72 bytes, so of a long password the pepper is not read.
  const read = (hash: string): Derivation => {
    const { fault, matches } = bcryptOf(hash, (password) => password + pepper);
    const isAccepted = (password: string) => acceptTruncated || bcryptRefusal(password) === undefined;
    return { fault, matches: async (password) => (await matches(password)) && isAccepted(password) };
  };
  const form = { pattern: new RegExp(`^(${BCRYPT_HASH})$`), read };
  return schemeOf('devise', [form], [`$2a$12$${'.'.repeat(53)}`], bcryptRefusal);
}
