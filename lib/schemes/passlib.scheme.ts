import { createHash, createHmac } from 'node:crypto';
import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { bcryptOf, type Digest, DIGEST_BYTES, pbkdf2, scrypt } from './derivations.js';
import { type Form, fromBase64, ifLong, schemeOf } from './forms.js';

/** passlib writes `.` in place of `+` in PBKDF2, and no padding. */
const adapted = (text: string): string => text.replaceAll('.', '+');

const SCRYPT_BYTES = 32;

const bcryptParts = (ident: string, cost: string, salt: string, digest: string): string =>
  `$${ident}$${cost.padStart(2, '0')}$${salt}${digest}`;

const BCRYPT_SALT = '[./A-Za-z0-9]{22}';
const BCRYPT_DIGEST = '[./A-Za-z0-9]{31}';

const FORMS: readonly Form[] = [
  {
    pattern: /^\$pbkdf2(|-sha256|-sha512)\$([1-9]\d{0,9})\$([A-Za-z0-9./]{0,172})\$([A-Za-z0-9./]+)$/,
    read(name, rounds, salt, key) {
      const digest = (name === '' ? 'sha1' : name.slice(1)) as Digest;
      return ifLong(DIGEST_BYTES[digest], adapted(key), (expected) =>
        pbkdf2({ digest, rounds: Number(rounds), salt: fromBase64(adapted(salt)), expected }),
      );
    },
  },
  {
    pattern: /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{0,172})\$([A-Za-z0-9+/]+)$/,
    read: (ln, r, p, salt, key) =>
      ifLong(SCRYPT_BYTES, key, (expected) =>
        scrypt({ N: 2 ** Number(ln), r: Number(r), p: Number(p), salt: fromBase64(salt), expected }),
      ),
  },
  {
    pattern: new RegExp(
      String.raw`^\$bcrypt-sha256\$(2[ab]),([1-9]\d?)\$(${BCRYPT_SALT})\$(${BCRYPT_DIGEST})$`,
    ),
    read: (ident, cost, salt, digest) =>
      bcryptOf(bcryptParts(ident, cost, salt, digest), (password) =>
        createHash('sha256').update(password).digest('base64'),
      ),
  },
  {
    pattern: new RegExp(
      String.raw`^\$bcrypt-sha256\$v=2,t=(2b),r=([1-9]\d?)\$(${BCRYPT_SALT})\$(${BCRYPT_DIGEST})$`,
    ),
    read: (ident, cost, salt, digest) =>
      bcryptOf(bcryptParts(ident, cost, salt, digest), (password) =>
        createHmac('sha256', salt).update(password).digest('base64'),
      ),
  },
];

/**
 * Verifies the hashes of passlib: `pbkdf2_sha1`, `pbkdf2_sha256`, `pbkdf2_sha512`, `scrypt`, and both versions of
 * `bcrypt_sha256`. The names `'argon2id'` and `'bcrypt'`, and `argon2()`, stand for its other usual hashes.
 */
export const passlib = (): PasswordScheme =>
  schemeOf('passlib', FORMS, [
    '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ',
  ]);
