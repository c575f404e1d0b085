import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { type Digest, pbkdf2 } from './derivations.js';
import { BASE64, type Form, fromBase64, schemeOf } from './forms.js';

/** A credential of type `password`, as an export of a realm has it. Both parts may be JSON text or the objects in it. */
export interface KeycloakCredential {
  credentialData: string | KeycloakCredentialData;
  secretData: string | KeycloakSecretData;
}

/** How Keycloak made the hash. */
export interface KeycloakCredentialData {
  algorithm: string;
  hashIterations: number;
  /** Of argon2: `type`, `version`, `memory` and `parallelism`, each a list of one text. */
  additionalParameters?: Record<string, readonly string[]>;
}

/** The hash and its salt, in base64. */
export interface KeycloakSecretData {
  value: string;
  salt: string;
}

const FORM: Form = {
  pattern: new RegExp(
    String.raw`^\$keycloak-pbkdf2-(sha1|sha256|sha512)\$i=([1-9]\d{0,9})\$(${BASE64})\$(${BASE64})$`,
  ),
  read: (digest, rounds, salt, key) =>
    pbkdf2({
      digest: digest as Digest,
      rounds: Number(rounds),
      salt: fromBase64(salt),
      expected: fromBase64(key),
    }),
};

const DIGESTS = new Map<string, Digest>([
  ['pbkdf2', 'sha1'],
  ['pbkdf2-sha256', 'sha256'],
  ['pbkdf2-sha512', 'sha512'],
]);
const ARGON2_VERSIONS = new Map([
  ['1.3', '$v=19'],
  ['1.0', '$v=16'],
]);

/**
 * Verifies Keycloak's `pbkdf2-sha256`, `pbkdf2-sha512` and `pbkdf2`, in the form that {@link keycloakHash} writes. Hashes of
 * its newer default, argon2id, are verified by `'argon2id'`.
 */
export const keycloak = (): PasswordScheme =>
  schemeOf('keycloak', [FORM], [`$keycloak-pbkdf2-sha256$i=27500$c2FsdHNhbHQ=$${'A'.repeat(43)}=`]);

/**
 * The text for `passwordHash` of a credential of Keycloak: `$keycloak-pbkdf2-<digest>$i=<rounds>$<salt>$<hash>` for PBKDF2,
 * and a PHC string for argon2.
 * @throws {TypeError} for a credential of another type or another algorithm
 * @example await users.addUser({ email, passwordHash: keycloakHash(credential) });
 */
export function keycloakHash({ credentialData, secretData }: KeycloakCredential): string {
  const {
    algorithm,
    hashIterations,
    additionalParameters = {},
  } = parsed<KeycloakCredentialData>(credentialData);
  const { value = '', salt = '' } = parsed<KeycloakSecretData>(secretData);
  const first = (name: string) => additionalParameters[name]?.[0] ?? '';
  const phc = (text: string) => text.replace(/=+$/, '');

  const digest = DIGESTS.get(algorithm ?? '');
  if (digest !== undefined) return `$keycloak-pbkdf2-${digest}$i=${hashIterations}$${salt}$${value}`;
  const version = ARGON2_VERSIONS.get(first('version'));
  if (algorithm === 'argon2' && version !== undefined) {
    const costs = `m=${first('memory')},t=${hashIterations},p=${first('parallelism')}`;
    return `$argon2${first('type')}${version}$${costs}$${phc(salt)}$${phc(value)}`;
  }
  throw new TypeError(
    'keycloakHash() needs a credential of the algorithm pbkdf2, pbkdf2-sha256, pbkdf2-sha512 or argon2.',
  );
}

function parsed<Part extends object>(part: string | Part): Partial<Part> {
  try {
    const object: unknown = typeof part === 'string' ? JSON.parse(part) : part;
    if (typeof object === 'object' && object !== null) return object;
  } catch {
    // A message of JSON.parse() contains the text.
  }
  throw new TypeError(
    'keycloakHash() needs credentialData and secretData of a credential, as JSON or as objects.',
  );
}
