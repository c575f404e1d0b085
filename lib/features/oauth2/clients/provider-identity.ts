import { hash } from 'node:crypto';
import { normalizeEmail } from '../../../users/email-address.js';
import { OAuthProviderError, ProviderFault } from '../oauth2.errors.js';
import type { OAuthProfile } from './client.options.js';
import type { ClientSettings } from './client.settings.js';

/** The user who logged in at a provider. */
export interface ProviderIdentity {
  /** The client's name. */
  provider: string;
  issuer: string;
  subject: string;
  /** Normalized; `undefined` if there is none or it cannot be used. */
  email: string | undefined;
  /** Whether the provider says that the address is verified, and the host trusts the provider. */
  isEmailVerified: boolean;
  claims: Readonly<Record<string, unknown>>;
}

const LONGEST_SUBJECT = 255;
const CONTROL = /\p{Cc}/u;

/** @throws {OAuthProviderError} for a profile without a valid subject */
export function readIdentity(
  { subject, email, emailVerified, claims = {} }: OAuthProfile,
  issuer: string,
  { name, trustEmail, isOpenId }: Pick<ClientSettings, 'name' | 'trustEmail' | 'isOpenId'>,
): ProviderIdentity {
  return {
    provider: name,
    issuer,
    subject: readSubject(subject, isOpenId),
    email: typeof email === 'string' ? normalizeEmail(email) : undefined,
    isEmailVerified: trustEmail && emailVerified === true,
    claims,
  };
}

/** A hash, because MariaDB compares texts case-insensitively. JSON, so that no two pairs give the same text. */
export const accountKeyOf = ({ issuer, subject }: ProviderIdentity): string =>
  hash('sha256', JSON.stringify([issuer, subject]), 'hex');

const ASCII = /^[\x20-\x7e]+$/;

/**
 * OpenID Connect Core 1.0 §2: at most 255 ASCII characters, case-sensitive. For other providers: a number, or
 * any text.
 */
function readSubject(subject: unknown, isOpenId: boolean): string {
  const text = Number.isSafeInteger(subject) ? String(subject) : subject;
  const isSubject =
    typeof text === 'string' &&
    text.trim() !== '' &&
    text.length <= LONGEST_SUBJECT &&
    (isOpenId ? ASCII.test(text) : text.isWellFormed() && !CONTROL.test(text));
  if (!isSubject) throw new OAuthProviderError(new ProviderFault('The provider sent no valid subject.'));
  return text;
}
