import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { parseCookie } from 'cookie';
import { errors, jwtVerify, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { randomNonce, randomPKCECodeVerifier } from 'openid-client';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { EncryptedTokens } from './encrypted-tokens.js';
import { ExpiredStateError, ForgedStateError, InvalidStateError } from './oauth2.errors.js';
import { OAUTH2_SETTINGS, type OAuth2Settings } from './oauth2.settings.js';
import { OneTimeTokens } from './one-time-tokens.js';
import type { UserSnapshot } from './user-snapshot.js';

/** What somebody is sent to a provider for. */
export type Intent = 'login' | 'associate';

/** Which way to a provider and back it is. */
export interface AttemptKind {
  client: string;
  intent: Intent;
}

/** What is known when the way begins, and needed at its end. */
export interface Errand {
  /** The page of the host to come back to. */
  redirectTo?: string | undefined;
  /** The page's own challenge (RFC 7636), for the code that it gets. */
  codeChallenge?: string | undefined;
  /** Who is to get the account, as they were logged in. */
  user?: UserSnapshot | undefined;
}

/** One way to a provider and back, as the browser carries it: nobody can read or change it on the way. */
export interface Attempt extends Errand {
  id: string;
  nonce: string;
  codeVerifier: string;
}

const LIFETIME_SECONDS = 600;
const STATE = { algorithms: ['HS256'], requiredClaims: ['jti', 'exp'] };

/**
 * Ways to providers and back. The state says which way it is, and is signed; what goes with it stays in a cookie of the
 * browser, encrypted. The way ends once, in that browser, within ten minutes (RFC 9700 §2.1, §4.7).
 */
@Injectable()
export class Attempts {
  private readonly isSecure: boolean;
  private readonly stateAudience: string;
  private readonly cookies: EncryptedTokens<Attempt>;

  constructor(
    @Inject(OAUTH2_SETTINGS) private readonly settings: OAuth2Settings,
    private readonly oneTimeTokens: OneTimeTokens,
    private readonly adapter: HttpAdapterHost,
  ) {
    const { redirectUrl, keys } = settings;
    this.isSecure = redirectUrl.startsWith('https:');
    // Two applications may share a secret.
    this.stateAudience = `nestjs-users:oauth2-state:${redirectUrl}`;
    this.cookies = new EncryptedTokens(keys.attempt, `nestjs-users:oauth2-attempt:${redirectUrl}`);
  }

  async begin(
    kind: AttemptKind,
    errand: Errand,
    response: HttpResponse,
  ): Promise<Attempt & { state: string }> {
    const codeVerifier = randomPKCECodeVerifier();
    const attempt: Attempt = { ...errand, id: randomUUID(), nonce: randomNonce(), codeVerifier };
    const cookie = await this.cookies.lock(attempt, { lifetimeSeconds: LIFETIME_SECONDS });
    const options = { ...this.attributes, maxAge: LIFETIME_SECONDS };
    this.adapter.httpAdapter.setCookie(response, this.cookieName(kind), cookie, options);
    return { ...attempt, state: await this.sign(attempt.id, kind) };
  }

  /**
   * The way that ends here: not before this is known does anybody ask the provider.
   * @throws {ForgedStateError}, {ExpiredStateError}, {InvalidStateError}
   */
  async end(
    kind: AttemptKind,
    state: unknown,
    request: HttpRequest,
    response: HttpResponse,
  ): Promise<Attempt> {
    const { jti: id, exp, client, intent } = await this.verify(state);
    if (client !== kind.client || intent !== kind.intent) throw new InvalidStateError();
    const attempt = await this.cookies.open(parseCookie(request.headers.cookie ?? '')[this.cookieName(kind)]);
    if (!attempt || attempt.id !== id) throw new InvalidStateError();

    const isFirst = await this.oneTimeTokens.spend(
      'oauth2-state',
      attempt.id,
      new Date((exp as number) * 1000),
    );
    if (!isFirst) throw new InvalidStateError();
    this.adapter.httpAdapter.clearCookie(response, this.cookieName(kind), this.attributes);
    return attempt;
  }

  /** Browsers hold the prefix to its promise: no other host can have set the cookie. */
  private cookieName({ client, intent }: AttemptKind): string {
    return `${this.isSecure ? '__Host-' : ''}oauth2-${intent}-${client}`;
  }

  /** `lax`, because the browser comes back from another site. */
  private get attributes() {
    return { path: '/', httpOnly: true, secure: this.isSecure, sameSite: 'lax' as const };
  }

  private sign(id: string, { client, intent }: AttemptKind): Promise<string> {
    const { id: kid, key } = this.settings.keys.state.signing;
    return new SignJWT({ client, intent })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setJti(id)
      .setAudience(this.stateAudience)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(key);
  }

  private async verify(state: unknown) {
    if (typeof state !== 'string') throw new ForgedStateError();
    const keyOf = ({ kid }: { kid?: string }) => this.settings.keys.state.require(kid);
    try {
      const options = { ...STATE, audience: this.stateAudience };
      return (await jwtVerify(state, keyOf, options)).payload;
    } catch (error) {
      throw error instanceof errors.JWTExpired ? new ExpiredStateError() : new ForgedStateError(error);
    }
  }
}
