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
  { name, trustEmail }: Pick<ClientSettings, 'name' | 'trustEmail'>,
): ProviderIdentity {
  return {
    provider: name,
    issuer,
    subject: readSubject(subject),
    email: typeof email === 'string' ? normalizeEmail(email) : undefined,
    isEmailVerified: trustEmail && emailVerified === true,
    claims,
  };
}

/** SHA-256, because MariaDB compares texts without case; JSON, so that no two pairs make one text. */
export const accountKeyOf = ({ issuer, subject }: ProviderIdentity): string =>
  hash('sha256', JSON.stringify([issuer, subject]), 'hex');

/** OpenID Connect Core 1.0 §2: at most 255 ASCII characters, compared with case; elsewhere a number, too. */
function readSubject(subject: unknown): string {
  const text = Number.isSafeInteger(subject) ? String(subject) : subject;
  const isSubject =
    typeof text === 'string' &&
    text.trim() !== '' &&
    text.length <= LONGEST_SUBJECT &&
    text.isWellFormed() &&
    !CONTROL.test(text);
  if (!isSubject) throw new OAuthProviderError(new ProviderFault('The provider does not say who it is.'));
  return text;
}
