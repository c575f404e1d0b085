import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import type { Derivation } from './derivations.js';

/** One form of the rows of another system. */
export interface Form {
  /** Matches the whole row; its groups are the parts. */
  pattern: RegExp;
  /** @returns `undefined` if the parts do not fit together */
  read(...parts: string[]): Derivation | undefined;
}

/** A scheme that verifies the forms, and hashes nothing. */
export function schemeOf(
  name: string,
  forms: readonly Form[],
  examples: readonly string[],
  refusal?: PasswordScheme['refusal'],
): PasswordScheme {
  const read = (hash: string): Derivation | undefined => {
    for (const form of forms) {
      const parts = form.pattern.exec(hash);
      if (parts) return form.read(...parts.slice(1));
    }
    return undefined;
  };
  return {
    name,
    examples,
    owns: (hash) => read(hash) !== undefined,
    fault: (hash) => read(hash)?.fault,
    verify: async (password, hash) => (await read(hash)?.matches(password)) ?? false,
    ...(refusal && { refusal }),
  };
}

/** Standard base64, with or without padding. */
export const BASE64 = '[A-Za-z0-9+/]+={0,2}';
/** bcrypt's salt and digest. */
export const BCRYPT_HASH = String.raw`\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}`;

export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** Reads a key that has always the same length; of another length, it was cut, so the row is none of the scheme. */
export function ifLong(
  bytes: number,
  key: string,
  read: (expected: Buffer) => Derivation,
): Derivation | undefined {
  const expected = fromBase64(key);
  return expected.length === bytes ? read(expected) : undefined;
}
