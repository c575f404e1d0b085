import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { ConfigurationError } from './configuration-error.js';

/** One secret, or several while rotating: the first signs, all are accepted. */
export type Secret = string | readonly string[];

interface Key {
  /** Names the key in a token's header, and says nothing about the secret. */
  id: string;
  key: KeyObject;
}

/** The keys of one purpose. Every purpose has its own, so no kind of token passes for another. */
export class Keyring {
  private constructor(private readonly keys: readonly [Key, ...Key[]]) {}

  /** Derives a key of 256 bits from each secret (HKDF with SHA-256, RFC 5869). */
  static derive(secret: Secret, purpose: string): Keyring {
    const [first, ...rest] = [secret].flat();
    if (first === undefined) throw new ConfigurationError('secret must hold at least one secret.');
    return new Keyring([deriveKey(first, purpose), ...rest.map((old) => deriveKey(old, purpose))]);
  }

  get signing(): Key {
    return this.keys[0];
  }

  find(id: unknown): KeyObject | undefined {
    return this.keys.find((key) => key.id === id)?.key;
  }

  /** As {@link find}, for code that takes an exception for an answer. */
  require(id: unknown): KeyObject {
    const key = this.find(id);
    if (key) return key;
    throw new Error('This key is none of the purpose.');
  }
}

function deriveKey(secret: string, purpose: string): Key {
  const derive = (info: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, '', `nestjs-users/${info}`, length));
  return {
    id: derive(`kid/${purpose}`, 6).toString('base64url'),
    // A KeyObject made once: with a string, jsonwebtoken first tries to parse a public key, 0.3 ms a request.
    key: createSecretKey(derive(`key/${purpose}`, 32)),
  };
}

const SHORTEST_SECRET_BYTES = 32;

/** Secrets that stand in documentation, where everybody can read them. */
const PUBLISHED_SECRETS = ['a-secret-of-at-least-32-bytes-from-the-docs'];

/** @throws {ConfigurationError} for a secret that could be guessed, or that anybody can read */
export function checkSecret(path: string, secret: unknown): void {
  const secrets: unknown[] = [secret].flat();
  if (secrets.length === 0 || secrets.some((item) => typeof item !== 'string' || item === '')) {
    throw new ConfigurationError(
      `${path} is missing; set it to at least ${SHORTEST_SECRET_BYTES} random bytes, for example from \`openssl rand -base64 48\`.`,
    );
  }
  for (const item of secrets as string[]) {
    if (Buffer.byteLength(item) < SHORTEST_SECRET_BYTES) {
      throw new ConfigurationError(
        `${path} has fewer than ${SHORTEST_SECRET_BYTES} bytes; make one with \`openssl rand -base64 48\`.`,
      );
    }
    if (PUBLISHED_SECRETS.includes(item)) {
      throw new ConfigurationError(`${path} is the example from the documentation; make your own.`);
    }
  }
}
