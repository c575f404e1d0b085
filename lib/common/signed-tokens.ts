import { JwtService } from '@nestjs/jwt';
import type { Keyring } from './keyring.js';

export const ALGORITHM = 'HS256';
const LONGEST_TOKEN = 4096;

/** The claims that every token of this library carries (RFC 7519). */
export interface Claims {
  /** The user's id. */
  sub: string;
  aud: string;
  /** The user's `tokenVersion` when the token was made. */
  ver: number;
  iat: number;
  exp: number;
}

/** JWTs of one purpose, with its own algorithm, audience and keys. */
export class SignedTokens<C extends Claims = Claims> {
  private readonly jwt: JwtService;

  constructor(
    private readonly keys: Keyring,
    readonly audience: string,
    readonly issuer?: string,
  ) {
    this.jwt = new JwtService({
      secretOrKeyProvider: (_type, token) =>
        typeof token === 'string'
          ? (this.keyOf(token) ?? Promise.reject(new Error('unknown key')))
          : keys.signing.key,
    });
  }

  sign(claims: Omit<C, 'aud' | 'iat' | 'exp'>, lifetimeSeconds: number): Promise<string> {
    return this.jwt.signAsync(claims as object, {
      algorithm: ALGORITHM,
      keyid: this.keys.signing.id,
      audience: this.audience,
      ...(this.issuer !== undefined && { issuer: this.issuer }),
      expiresIn: lifetimeSeconds,
    });
  }

  /** The claims of an unexpired token of this purpose; `undefined` for anything else. */
  async verify(token: string): Promise<C | undefined> {
    if (this.keyOf(token) === undefined) return undefined;
    const options = { algorithms: [ALGORITHM as 'HS256'], audience: this.audience, issuer: this.issuer };
    const claims = await this.jwt.verifyAsync<C>(token, options).catch(() => undefined);
    return claims && isSound(claims, this.audience) ? claims : undefined;
  }

  /** The key that the token's header names, if it belongs to this purpose. */
  keyOf(token: string) {
    if (token.length > LONGEST_TOKEN) return undefined;
    return this.keys.find(headerOf(token)?.kid);
  }
}

function headerOf(token: string): { kid?: unknown } | undefined {
  try {
    const [header = ''] = token.split('.', 1);
    return JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown };
  } catch {
    return undefined;
  }
}

const CLOCK_SKEW_SECONDS = 60;

/** Checks what jsonwebtoken does not: claims that are missing, of another type, or from the future. */
export function isSound(claims: Partial<Claims>, audience: string): boolean {
  const { sub, aud, ver, iat, exp } = claims;
  if (typeof sub !== 'string' || aud !== audience) return false;
  if (![ver, iat, exp].every((claim) => Number.isSafeInteger(claim))) return false;
  return (iat as number) <= nowInSeconds() + CLOCK_SKEW_SECONDS;
}

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);
