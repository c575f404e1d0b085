import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { type Derivation, md5Rounds } from './derivations.js';
import { type Form, schemeOf } from './forms.js';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGEST_BYTES = 16;

/** @param idents a pattern of the letter between the first dollar signs */
export const phpassForm = (idents: string): Form => ({
  pattern: new RegExp(String.raw`^\$${idents}\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$`),
  read(log, salt, digest): Derivation | undefined {
    const rounds = 2 ** ALPHABET.indexOf(log);
    // As phpass itself: less is no hash of it.
    return rounds < 2 ** 7
      ? undefined
      : md5Rounds({ salt: Buffer.from(salt), expected: fromItoa64(digest), rounds });
  },
});

/** Verifies the portable hashes of phpass, `$P$` and phpBB's `$H$`. */
export const phpass = (): PasswordScheme =>
  schemeOf('phpass', [phpassForm('[PH]')], ['$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0']);

/** Three bytes are four characters, the lowest bits first. */
function fromItoa64(text: string): Buffer {
  const bytes: number[] = [];
  for (let start = 0; start < text.length; start += 4) {
    const group = Array.from(text.slice(start, start + 4), (each) => ALPHABET.indexOf(each));
    const value = group.reduce((sum, bits, index) => sum | (bits << (6 * index)), 0);
    bytes.push(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff);
  }
  return Buffer.from(bytes.slice(0, DIGEST_BYTES));
}
