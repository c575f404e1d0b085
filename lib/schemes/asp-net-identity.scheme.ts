import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { type Digest, pbkdf2 } from './derivations.js';
import { type Form, fromBase64, schemeOf } from './forms.js';

/** In the order of `KeyDerivationPrf`. */
const DIGESTS: readonly Digest[] = ['sha1', 'sha256', 'sha512'];
const HEADER_BYTES = 13;
const V2_ROUNDS = 1000;
const V2_SALT_BYTES = 16;

const FORMS: readonly Form[] = [
  {
    // The first byte is 1; the function, the rounds and the length of the salt follow, each in four bytes.
    pattern: /^(AQAAA[A-Za-z0-9+/]{20,250}={0,2})$/,
    read(text) {
      const bytes = fromBase64(text);
      const digest = DIGESTS[bytes.readUInt32BE(1)];
      const saltEnd = HEADER_BYTES + bytes.readUInt32BE(9);
      if (digest === undefined || saltEnd > bytes.length) return undefined;
      const [salt, expected] = [bytes.subarray(HEADER_BYTES, saltEnd), bytes.subarray(saltEnd)];
      return pbkdf2({ digest, rounds: bytes.readUInt32BE(5), salt, expected });
    },
  },
  {
    // The first byte is 0.
    pattern: /^(A[A-P][A-Za-z0-9+/]{64}==)$/,
    read(text) {
      const bytes = fromBase64(text).subarray(1);
      const [salt, expected] = [bytes.subarray(0, V2_SALT_BYTES), bytes.subarray(V2_SALT_BYTES)];
      return pbkdf2({ digest: 'sha1', rounds: V2_ROUNDS, salt, expected });
    },
  },
];

/** Verifies the hashes of ASP.NET Core Identity (version 3), and of ASP.NET Identity (version 2). */
export const aspNetIdentity = (): PasswordScheme =>
  schemeOf('aspNetIdentity', FORMS, [
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
  ]);
