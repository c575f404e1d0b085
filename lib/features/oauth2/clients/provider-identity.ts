import { hash } from 'node:crypto';
import { normalizeEmail } from '../../../users/email-address.js';
import { OAuthProviderError, ProviderFault } from '../oauth2.errors.js';
import type { OAuthProfile } from './client.options.js';
import type { ClientSettings } from './client.settings.js';

/** Who logged in at a provider. */
export interface ProviderIdentity {
  /** The client's name. */
  provider: string;
  issuer: string;
  subject: string;
  /** Normalised; `undefined` where there is none that can be used. */
  email: string | undefined;
  /** Whether the provider says so, and the host trusts it. */
  isEmailVerified: boolean;
  claims: Readonly<Record<string, unknown>>;
}

const LONGEST_SUBJECT = 255;
const CONTROL = /\p{Cc}/u;

/** @throws {OAuthProviderError} for a profile that names nobody */
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

/** SHA-256, because MariaDB compares texts without case; JSON, so that no two pairs make one text. */
export const accountKeyOf = ({ issuer, subject }: ProviderIdentity): string =>
  hash('sha256', JSON.stringify([issuer, subject]), 'hex');

const ASCII = /^[\x20-\x7e]+$/;

/** OpenID Connect Core 1.0 §2: at most 255 ASCII characters, compared with case; elsewhere a number, or any text. */
function readSubject(subject: unknown, isOpenId: boolean): string {
  const text = Number.isSafeInteger(subject) ? String(subject) : subject;
  const isSubject =
    typeof text === 'string' &&
    text.trim() !== '' &&
    text.length <= LONGEST_SUBJECT &&
    (isOpenId ? ASCII.test(text) : text.isWellFormed() && !CONTROL.test(text));
  if (!isSubject) throw new OAuthProviderError(new ProviderFault('The provider does not say who it is.'));
  return text;
}
