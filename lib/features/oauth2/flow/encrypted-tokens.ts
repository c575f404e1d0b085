import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';
import type { Keyring } from '../../../common/keyring.js';

const METHODS = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };

/** The values that an encrypted token is bound to. */
interface Binding {
  /** The subject. The token can only be decrypted for the same one. */
  subject?: string;
}

/** Encrypted JWTs (RFC 7516) of one purpose. Each names its key. */
export class EncryptedTokens<Content extends object> {
  constructor(
    private readonly keys: Keyring,
    private readonly audience: string,
  ) {}

  lock(
    content: Content,
    { subject, lifetimeSeconds }: Binding & { lifetimeSeconds?: number } = {},
  ): Promise<string> {
    const { id: kid, key } = this.keys.signing;
    const token = new EncryptJWT({ ...content } as JWTPayload)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .setAudience(this.audience);
    if (subject !== undefined) token.setSubject(subject);
    if (lifetimeSeconds !== undefined) token.setExpirationTime(`${lifetimeSeconds}s`);
    return token.encrypt(key);
  }

  /** `undefined` for a text that is not such a token, or for an expired one. */
  async open(token: string | null | undefined, binding: Binding = {}): Promise<Content | undefined> {
    if (!token) return undefined;
    const keyOf = ({ kid }: { kid?: string }) => this.keys.require(kid);
    try {
      const options = { ...METHODS, ...binding, audience: this.audience };
      return (await jwtDecrypt<Content>(token, keyOf, options)).payload;
    } catch {
      return undefined;
    }
  }
}
