import { isEmail } from 'class-validator';
import { domainToASCII } from 'node:url';

/** Turns what somebody typed into the one form that is stored and compared; `undefined` if it is not acceptable. */
export type NormalizeIdentifier = (identifier: string) => string | undefined;

const LONGEST_ADDRESS = 320;
const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
// oxlint-disable-next-line no-control-regex -- ASCII as a whole is what is meant
const ASCII = /^[\x00-\x7f]*$/;

/**
 * The stored form of an e-mail address: trimmed, NFC, the domain in ASCII (IDNA), letters in lower case.
 * Refuses what could pass for another address: compatibility characters, invisible ones, quoted or non-ASCII
 * local parts (Unicode Technical Report 36; CVE-2019-19844 is what happens otherwise).
 */
export const normalizeEmail: NormalizeIdentifier = (address) => {
  const trimmed = address.trim();
  // First of all: to normalise a long text of combining marks takes seconds.
  if (trimmed.length > LONGEST_ADDRESS) return undefined;
  const composed = trimmed.normalize('NFC');
  const at = composed.lastIndexOf('@');
  const local = trimmed.slice(0, trimmed.lastIndexOf('@'));
  if (at < 1 || composed !== trimmed.normalize('NFKC')) return undefined;
  if (INVISIBLE.test(trimmed) || local.includes('"') || !ASCII.test(local)) return undefined;

  const domain = domainToASCII(composed.slice(at + 1));
  const normal = `${local}@${domain}`.toLowerCase();
  return isEmail(normal, { allow_utf8_local_part: false }) ? normal : undefined;
};

const LONGEST_NAME = 255;

/** The stored form of an identifier that is no address, such as a user name: trimmed, NFC, ASCII letters in lower case. */
export const normalizeName: NormalizeIdentifier = (name) => {
  const trimmed = name.trim();
  if (trimmed.length > 4 * LONGEST_NAME) return undefined;
  const normal = trimmed.normalize('NFC');
  if (normal === '' || normal.length > LONGEST_NAME || normal !== normal.normalize('NFKC')) return undefined;
  if (!normal.isWellFormed() || INVISIBLE.test(normal)) return undefined;
  return normal.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
};
