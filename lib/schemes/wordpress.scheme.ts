import { createHmac } from 'node:crypto';
import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { bcryptOf, type Derivation } from './derivations.js';
import { BCRYPT_HASH, type Form, schemeOf } from './forms.js';
import { phpassForm } from './phpass.scheme.js';

/** WordPress trims passwords wherever it reads them, as PHP's `trim()` does. */
// oxlint-disable-next-line no-control-regex -- PHP trims NUL and the vertical tab
const trim = (password: string): string => password.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '');

const trimmed = (form: Form): Form => ({
  ...form,
  read(...parts) {
    const derivation = form.read(...parts);
    return derivation && withTrim(derivation);
  },
});

const withTrim = ({ fault, matches }: Derivation): Derivation => ({
  fault,
  matches: (password) => matches(trim(password)),
});

const BCRYPT_OF_HMAC: Form = {
  pattern: new RegExp(String.raw`^\$wp(${BCRYPT_HASH})$`),
  read: (hash) =>
    bcryptOf(hash, (password) => createHmac('sha384', 'wp-sha384').update(password).digest('base64')),
};

/**
 * Verifies the hashes of WordPress: `$wp$2y$` of version 6.8 and later, and `$P$` before it. As WordPress does, it ignores blanks
 * around a password.
 */
export const wordpress = (): PasswordScheme =>
  schemeOf('wordpress', [BCRYPT_OF_HMAC, phpassForm('P')].map(trimmed), [
    '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
  ]);
