import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { scrypt } from './derivations.js';
import { type Form, schemeOf } from './forms.js';

const COSTS = { N: 16_384, r: 16, p: 1 };

const FORM: Form = {
  pattern: /^([0-9a-f]{32}):([0-9a-f]{128})$/,
  read(salt, key) {
    // The salt is the hexadecimal text itself, not the bytes that it stands for.
    const { fault, matches } = scrypt({
      ...COSTS,
      salt: Buffer.from(salt),
      expected: Buffer.from(key, 'hex'),
    });
    return { fault, matches: (password) => matches(password.normalize('NFKC')) };
  },
};

/** Verifies the hashes of Better Auth. As Better Auth does, it compares passwords in the form NFKC of Unicode. */
export const betterAuth = (): PasswordScheme =>
  schemeOf('betterAuth', [FORM], [`${'0'.repeat(32)}:${'0'.repeat(128)}`]);
