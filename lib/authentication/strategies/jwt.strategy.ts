import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { refuseUnknown, requireSeconds } from '../../common/option-checks.js';
import { nowInSeconds, SignedTokens } from '../../common/signed-tokens.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { UsersRepository } from '../../users/users.repository.js';
import type { Credential, IssuedToken, Strategy } from '../backend.js';
import type { StrategyContext, StrategyDefinition } from '../backend.options.js';
import type { AccessClaims } from './access-claims.js';
import { JwtPassport } from './jwt.passport.js';

/** What {@link jwt} takes. */
export interface JwtOptions {
  /** How long an access token works, in seconds. Default 3600. */
  lifetimeSeconds?: number;
}

const SETTINGS = ['lifetimeSeconds'] as const;
const DEFAULT_LIFETIME_SECONDS = 3600;

/** Signed access tokens (RFC 7519). Logging out of one ends them all, because nothing of a single one is stored. */
export function jwt(options: JwtOptions = {}): StrategyDefinition {
  return {
    kind: 'jwt',
    settings: SETTINGS,
    create(context) {
      refuseUnknown(`backends.${context.backend}: jwt()`, options, SETTINGS);
      const lifetime = { lifetimeSeconds: DEFAULT_LIFETIME_SECONDS, ...options, ...context.settings }
        .lifetimeSeconds;
      return new JwtStrategy(
        context,
        requireSeconds(`backends.${context.backend}.lifetimeSeconds`, lifetime),
      );
    },
  };
}

const CACHED_TOKENS = 10_000;

class JwtStrategy<User extends BaseUser> implements Strategy {
  private readonly tokens: SignedTokens<AccessClaims>;
  private readonly passport: JwtPassport;
  private readonly users: UsersRepository<User>;
  /** Claims of tokens whose signature was verified, by the token's hash. Everything else is checked every time. */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: CACHED_TOKENS });

  constructor(
    context: StrategyContext,
    private readonly lifetimeSeconds: number,
  ) {
    this.tokens = new SignedTokens(context.keys, `nestjs-users:access:${context.backend}`);
    this.passport = new JwtPassport(this.tokens);
    this.users = context.users as unknown as UsersRepository<User>;
  }

  async issue(user: BaseUser, authenticatedAt: number): Promise<IssuedToken> {
    const claims = { sub: String(user.id), ver: user.tokenVersion, auth_time: authenticatedAt };
    const token = await this.tokens.sign(claims, this.lifetimeSeconds);
    return { token, lifetimeSeconds: this.lifetimeSeconds };
  }

  async identify(token: string): Promise<Credential | undefined> {
    const claims = await this.claimsOf(token);
    const user = claims && (await this.users.findById(claims.sub));
    return user && { user, tokenVersion: claims.ver, authenticatedAt: claims.auth_time };
  }

  revoke(_token: string, user: BaseUser): Promise<void> {
    return this.users.raiseTokenVersion(user.id);
  }

  private async claimsOf(token: string): Promise<AccessClaims | undefined> {
    const name = hash('sha256', token, 'base64');
    const known = this.verified.get(name);
    if (known) return known.exp > nowInSeconds() ? known : undefined;

    const claims = await this.passport.judge(token);
    if (claims) this.verified.set(name, claims);
    return claims;
  }
}
