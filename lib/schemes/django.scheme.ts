import { createHash } from 'node:crypto';
import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { argon2Form } from './argon2.scheme.js';
import { bcryptOf, type Digest, DIGEST_BYTES, pbkdf2, scrypt } from './derivations.js';
import { BASE64, BCRYPT_HASH, type Form, ifLong, schemeOf } from './forms.js';

/** Django's salts are text, used as UTF-8. */
const SALT = '[^$]{1,128}';
const SCRYPT_BYTES = 64;

const FORMS: readonly Form[] = [
  {
    pattern: new RegExp(String.raw`^pbkdf2_(sha1|sha256)\$(\d{1,10})\$(${SALT})\$(${BASE64})$`),
    read: (digest, rounds, salt, key) =>
      ifLong(DIGEST_BYTES[digest as Digest], key, (expected) =>
        pbkdf2({ digest: digest as Digest, rounds: Number(rounds), salt: Buffer.from(salt), expected }),
      ),
  },
  {
    pattern: new RegExp(String.raw`^scrypt\$(\d{1,10})\$(${SALT})\$(\d{1,4})\$(\d{1,4})\$(${BASE64})$`),
    read: (N, salt, r, p, key) =>
      ifLong(SCRYPT_BYTES, key, (expected) =>
        scrypt({ N: Number(N), r: Number(r), p: Number(p), salt: Buffer.from(salt), expected }),
      ),
  },
  argon2Form(String.raw`argon2\$(argon2(?:id|i|d))(\$v=(?:16|19))?`),
  {
    pattern: new RegExp(String.raw`^bcrypt_sha256\$(${BCRYPT_HASH})$`),
    read: (hash) => bcryptOf(hash, (password) => createHash('sha256').update(password).digest('hex')),
  },
];

/** Verifies the hashes of Django: `pbkdf2_sha256`, `pbkdf2_sha1`, `scrypt`, `argon2` and `bcrypt_sha256`. */
export const django = (): PasswordScheme =>
  schemeOf('django', FORMS, ['pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=']);
