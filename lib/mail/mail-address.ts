import { ConfigurationError } from '../common/configuration-error.js';

/** An address, and the name that a reader sees beside it. */
export interface MailAddress {
  /** May be empty. */
  name: string;
  address: string;
}

const NAMED = /^([^<>]*)<([^<>]*)>$/;
const LONGEST_NAME = 200;
/** Nothing that ends a header field, separates addresses, or hides. */
const UNSAFE = /[\p{C}\p{Z}<>,;:]/u;

/** @throws {ConfigurationError} */
export function requireSender(path: string, given: unknown): MailAddress {
  const sender = read(given);
  if (
    sender &&
    isMailbox(sender.address) &&
    !/\p{Cc}/u.test(sender.name) &&
    sender.name.length <= LONGEST_NAME
  ) {
    return sender;
  }
  throw new ConfigurationError(
    `${path} ${given === undefined ? 'is missing; it must' : 'must'} be one address in one line, such as 'Shop <shop@example.com>' or { name: 'Shop', address: 'shop@example.com' }.`,
  );
}

/**
 * The address of a user goes to the SMTP server exactly as it is stored, as one address.
 * @throws {TypeError} for text that a server could read as something else; only a `normalizeIdentifier` of the host lets it in
 */
export function recipientOf(address: string): MailAddress {
  if (isMailbox(address)) return { name: '', address };
  throw new TypeError('The address of the user cannot get mails: it is not one plain address.');
}

/** One `@`, outside of quotes; a quoted local part is refused, because servers disagree about where it ends. */
const isMailbox = (address: unknown): address is string =>
  typeof address === 'string' &&
  address.length <= 320 &&
  address.isWellFormed() &&
  !UNSAFE.test(address) &&
  /^[^@"()\\[\]]+@[^@"()\\[\]]+$/.test(address);

function read(given: unknown): MailAddress | undefined {
  if (typeof given === 'object' && given !== null) {
    const { name = '', address } = given as Partial<MailAddress>;
    return typeof name === 'string' && typeof address === 'string' ? { name, address } : undefined;
  }
  if (typeof given !== 'string') return undefined;
  const [, name, address] = NAMED.exec(given.trim()) ?? [];
  if (address === undefined) return { name: '', address: given.trim() };
  return { name: (name ?? '').trim().replace(/^"([^"]*)"$/, '$1'), address: address.trim() };
}
