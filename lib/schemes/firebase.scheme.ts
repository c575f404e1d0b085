import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '../common/configuration-error.js';
import { refuseUnknown, requireWholeNumber } from '../common/option-checks.js';
import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { isWhole, scryptFault, scryptKey } from './derivations.js';
import { BASE64, fromBase64, schemeOf } from './forms.js';

/** The hash parameters of a Firebase project, as the console shows them: Authentication, Users, the menu, Password hash parameters. */
export interface FirebaseOptions {
  /** `base64_signer_key`. It is a secret. */
  signerKey: string;
  /** `base64_salt_separator`. */
  saltSeparator: string;
  /** `rounds`, from 1 to 64. */
  rounds: number;
  /** `mem_cost`, from 1 to 17. */
  memoryCost: number;
}

/** A user as `firebase auth:export` writes it. */
export interface FirebaseUser {
  /** In base64, or in base64 for URLs. */
  passwordHash: string;
  /** In base64, or in base64 for URLs. */
  salt: string;
}

const AES_KEY_BYTES = 32;
const PREFIX = '$firebase-scrypt$';
const FORM = new RegExp(String.raw`^\$firebase-scrypt\$(${BASE64})\$(${BASE64})$`);

/**
 * Verifies the hashes of Firebase Authentication, in the form that {@link firebaseHash} writes.
 * @throws {ConfigurationError} for options that are not the parameters of a project
 */
export function firebase(options: FirebaseOptions): PasswordScheme {
  refuseUnknown('firebase()', options, ['signerKey', 'saltSeparator', 'rounds', 'memoryCost']);
  const signerKey = requireBase64('signerKey', options.signerKey);
  const separator = requireBase64('saltSeparator', options.saltSeparator);
  const costs = {
    N: 2 ** requireWholeNumber('firebase(): memoryCost', options.memoryCost, 1, 17),
    r: requireWholeNumber('firebase(): rounds', options.rounds, 1, 64),
    p: 1,
  };
  const fault = scryptFault(costs);
  if (fault !== undefined)
    throw new ConfigurationError(`firebase(): rounds and memoryCost: a hash ${fault}.`);

  // https://github.com/firebase/scrypt: the derived key encrypts the signer key, and the result is the hash.
  const matches = async (password: string, salt: Buffer, expected: Buffer) => {
    const key = await scryptKey(password, Buffer.concat([salt, separator]), AES_KEY_BYTES, costs);
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    return (
      timingSafeEqual(Buffer.concat([cipher.update(signerKey), cipher.final()]), expected) &&
      isWhole(password)
    );
  };
  const form = {
    pattern: FORM,
    read: (saltText: string, hash: string) => {
      const [salt, expected] = [fromBase64(saltText), fromBase64(hash)];
      const isComplete = expected.length === signerKey.length;
      return {
        fault: isComplete ? undefined : 'must be as long as the signer key of firebase()',
        matches: (password: string) => matches(password, salt, expected),
      };
    },
  };
  return schemeOf('firebase', [form], [firebaseHash({ salt: 'AAAA', passwordHash: options.signerKey })]);
}

/**
 * The text for `passwordHash` of a user of Firebase, which `firebase()` verifies: `$firebase-scrypt$<salt>$<hash>`, both in
 * base64.
 * @throws {TypeError} for a user without a hash, such as one who logs in with Google
 * @example await users.addUser({ email, passwordHash: firebaseHash(exported) });
 */
export function firebaseHash({ passwordHash, salt }: FirebaseUser): string {
  const [key, text] = [salt, passwordHash].map((part) =>
    typeof part === 'string' ? part.replaceAll('-', '+').replaceAll('_', '/') : '',
  );
  const hash = `${PREFIX}${key}$${text}`;
  if (FORM.test(hash)) return hash;
  throw new TypeError('firebaseHash() needs passwordHash and salt of an exported user, in base64.');
}

function requireBase64(name: string, value: unknown): Buffer {
  if (typeof value === 'string' && new RegExp(`^${BASE64}$`).test(value)) return fromBase64(value);
  throw new ConfigurationError(
    `firebase(): ${name} must be a text in base64, as the Firebase console shows it.`,
  );
}
