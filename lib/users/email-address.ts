import { isEmail } from 'class-validator';
import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * Turns a typed identifier into the form that is stored and compared; `undefined` if it is not acceptable.
 * @param property the property of the identifier, if there are two
 */
export type NormalizeIdentifier = (identifier: string, property?: string) => string | undefined;

/**
 * How an application normalizes addresses. The settings fill it in later, because the plan exists before them.
 */
export interface AddressRule {
  normalizeEmail: NormalizeIdentifier;
}

const LONGEST_ADDRESS = 320;
const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
// oxlint-disable-next-line no-control-regex -- ASCII as a whole is what is meant
const ASCII = /^[\x00-\x7f]*$/;

/**
 * The stored form of an e-mail address: trimmed, NFC, the domain in ASCII (IDNA), in lower case. Refuses an
 * address that could pass for another one: compatibility characters, invisible characters, quoted or non-ASCII
 * local parts (Unicode Technical Report 36; CVE-2019-19844 shows the attack), and domains that Node would
 * change into other domains.
 */
export const normalizeEmail: NormalizeIdentifier = (address) => {
  const trimmed = address.trim();
  // Before anything else: normalizing a long text of combining marks takes seconds.
  if (trimmed.length > LONGEST_ADDRESS) return undefined;
  const composed = trimmed.normalize('NFC');
  const at = composed.lastIndexOf('@');
  const local = trimmed.slice(0, trimmed.lastIndexOf('@'));
  if (at < 1 || composed !== trimmed.normalize('NFKC')) return undefined;
  if (INVISIBLE.test(trimmed) || local.includes('"') || !ASCII.test(local)) return undefined;

  const domain = asciiDomain(composed.slice(at + 1));
  if (domain === undefined) return undefined;
  const normal = `${local}@${domain}`.toLowerCase();
  return isEmail(normal, { allow_utf8_local_part: false }) ? normal : undefined;
};

const DOMAIN = /^[\p{L}\p{M}\p{Nd}.-]+$/u;

/**
 * The domain in ASCII. Node's `domainToASCII` is made for URLs: it cuts at `/`, `?`, `#` and `\`, decodes
 * `%61`, reads numbers as IPv4 addresses and maps some letters to others. So only letters, digits, hyphens and
 * dots go in, and the result must be the ASCII spelling of exactly this domain.
 */
function asciiDomain(domain: string): string | undefined {
  if (!DOMAIN.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  const typed = lowerCase(domain);
  return ascii === typed || lowerCase(domainToUnicode(ascii)) === typed ? ascii : undefined;
}

/** Letter by letter: in a whole word, `toLowerCase()` changes the same Greek letter in two ways. */
const lowerCase = (text: string): string =>
  Array.from(text, (letter) => letter.toLowerCase())
    .join('')
    .normalize('NFC');

const LONGEST_NAME = 255;

/**
 * The stored form of an identifier other than an address, such as a user name: trimmed, NFC, ASCII letters in
 * lower case.
 */
export const normalizeName: NormalizeIdentifier = (name) => {
  const trimmed = name.trim();
  if (trimmed.length > 4 * LONGEST_NAME) return undefined;
  const normal = trimmed.normalize('NFC');
  if (normal === '' || normal.length > LONGEST_NAME || normal !== normal.normalize('NFKC')) return undefined;
  if (!normal.isWellFormed() || INVISIBLE.test(normal)) return undefined;
  // A mark may join a small letter and not the capital one: ẖ is one character, H̱ two.
  return normal.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).normalize('NFC');
};
