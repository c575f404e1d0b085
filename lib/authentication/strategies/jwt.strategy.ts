import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { ConfigurationError } from '../../common/configuration-error.js';
import { definedFields } from '../../common/defined-fields.js';
import { keysOf } from '../../common/option-keys.js';
import { nowInSeconds, SignedTokens } from '../../common/signed-tokens.js';
import type { LoadOptions } from '../../users/load-options.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { Credential, Identity, IssuedToken, Login, Strategy } from '../backend.js';
import type { StrategyContext, StrategyDefinition } from '../backend.options.js';
import { LoginSessions } from '../sessions/login-sessions.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { AccessClaims } from './access-claims.js';
import { JwtPassport } from './jwt.passport.js';
import { lifetimeOf, remainingSeconds } from './lifetime.js';
import type { JwtOptions } from './strategy.options.js';

/**
 * Signed access tokens (RFC 7519). With `entities.session`, each token names its session, and a logout ends
 * only that session. Without it, nothing is stored for a single token, and a logout ends all logins of the
 * user.
 */
export const jwt = (options: JwtOptions = {}): StrategyDefinition => ({
  kind: 'jwt',
  options,
  settings: keysOf<JwtOptions>({ lifetimeSeconds: true, issuer: true }),
  create(context) {
    const { backend, settings, sessions } = context;
    const tokens = new SignedTokens<AccessClaims>(
      context.keys,
      `nestjs-users:access:${backend}`,
      issuerOf(backend, settings),
    );
    const lifetimeSeconds = lifetimeOf(context);
    return sessions
      ? new SessionJwtStrategy(context, tokens, lifetimeSeconds, sessions)
      : new JwtStrategy(context, tokens, lifetimeSeconds);
  },
});

function issuerOf(backend: string, { issuer }: JwtOptions): string | undefined {
  if (issuer === undefined || (typeof issuer === 'string' && issuer !== '')) return issuer;
  throw new ConfigurationError(
    `backends.${backend}.issuer must be a text that is not empty, or be left out.`,
  );
}

const CACHED_TOKENS = 10_000;

class JwtStrategy implements Strategy {
  private readonly passport: JwtPassport;
  /** Claims of tokens with a verified signature, by the token's hash. All other checks run on every request. */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: CACHED_TOKENS });

  constructor(
    protected readonly context: StrategyContext,
    private readonly tokens: SignedTokens<AccessClaims>,
    private readonly lifetimeSeconds: number,
  ) {
    this.passport = new JwtPassport(tokens);
  }

  async issue(user: BaseUser, login: Login): Promise<IssuedToken> {
    return this.sign(user, login);
  }

  async identify(token: string, load?: LoadOptions): Promise<Credential | undefined> {
    const claims = await this.claimsOf(token);
    return claims && this.find(claims, load);
  }

  async revoke({ user }: Identity): Promise<void> {
    await this.context.users.raiseTokenVersion(user.id);
  }

  protected async sign(user: BaseUser, login: Login, sid?: string): Promise<IssuedToken> {
    const claims = { sub: String(user.id), ver: user.tokenVersion, auth_time: login.authenticatedAt, sid };
    const lifetimeSeconds = remainingSeconds(login, this.lifetimeSeconds);
    const token = await this.tokens.sign(definedFields(claims) as typeof claims, lifetimeSeconds);
    return { token, lifetimeSeconds };
  }

  /** Refuses a token that names a session, because this strategy cannot know whether the session has ended. */
  protected async find(claims: AccessClaims, load?: LoadOptions): Promise<Credential | undefined> {
    if (claims.sid !== undefined) return undefined;
    const user = await this.context.users.findById(claims.sub, load);
    return user && { user, tokenVersion: claims.ver, authenticatedAt: claims.auth_time };
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

class SessionJwtStrategy extends JwtStrategy {
  readonly keepsSessions = true;
  private readonly logins: LoginSessions;

  constructor(
    context: StrategyContext,
    tokens: SignedTokens<AccessClaims>,
    lifetimeSeconds: number,
    private readonly sessions: SessionsRepository,
  ) {
    super(context, tokens, lifetimeSeconds);
    this.logins = new LoginSessions(sessions, context, { lifetimeSeconds });
  }

  override async issue(user: BaseUser, login: Login): Promise<IssuedToken> {
    return this.sign(user, login, String(await this.logins.open(user, login, null)));
  }

  override async revoke({ user, session }: Identity): Promise<void> {
    await this.sessions.delete(user.id, session?.id);
  }

  /** Refuses a token without a session, from before sessions were stored, because it could not be ended. */
  protected override async find(claims: AccessClaims, load?: LoadOptions): Promise<Credential | undefined> {
    if (claims.sid === undefined) return undefined;
    const owner = await this.sessions.findById(claims.sub, claims.sid, load);
    return owner && { ...this.logins.credential(owner), tokenVersion: claims.ver };
  }
}
