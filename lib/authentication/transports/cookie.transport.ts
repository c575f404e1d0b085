import { parseCookie } from 'cookie';
import type { HttpAdapterHost } from '@nestjs/core';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import type { IssuedToken, Transport } from '../backend.js';
import type { TransportDefinition } from '../backend.options.js';
import { type CookieSettings, resolveCookie } from './cookie.settings.js';
import { checkOrigin } from './origin-check.js';

/** What {@link cookie} takes. */
export interface CookieOptions {
  /**
   * The cookie's name. Default `session` behind the strictest prefix that the other attributes allow:
   * `__Host-session`, `__Secure-session`, or no prefix without `secure` (RFC 6265bis §4.1.3).
   */
  name?: string;
  /** How long browsers keep it, in seconds, and never longer than the token lives. Default: as long as the token. */
  maxAgeSeconds?: number;
  /** Default `/`. */
  path?: string;
  /** Shares the cookie with subdomains. Default: none, so that this host alone has it. */
  domain?: string;
  /** Whether browsers send it over HTTPS alone (and to localhost). Default true. */
  secure?: boolean;
  /** Whether pages of other sites make browsers send it. Default `lax`. */
  sameSite?: 'strict' | 'lax' | 'none';
  /** Whether scripts of a page can't read it. Default true. */
  httpOnly?: boolean;
  /** Origins whose pages may use the cookie beside the application's own, such as `https://app.example.com`. Default: none. */
  allowedOrigins?: readonly string[];
  /** Refuses requests that change something and say nothing of their origin: no browser sends such. Default false. */
  requireOrigin?: boolean;
}

/**
 * A cookie that browsers keep. A login answers `204`, or the user. Requests that change something, and that a
 * browser sends for a page of another origin, are `403 CROSS_ORIGIN_REQUEST`.
 */
export const cookie = (options: CookieOptions = {}): TransportDefinition => ({
  kind: 'cookie',
  options,
  settings: [
    ...['name', 'maxAgeSeconds', 'path', 'domain', 'secure', 'sameSite', 'httpOnly'],
    ...['allowedOrigins', 'requireOrigin'],
  ],
  create: ({ backend, settings, adapter }) => new CookieTransport(resolveCookie(backend, settings), adapter),
});

/** See {@link cookie}. */
export class CookieTransport implements Transport {
  readonly challenge: string;
  readonly cookieName: string;

  constructor(
    private readonly settings: CookieSettings,
    private readonly adapter: HttpAdapterHost,
  ) {
    this.cookieName = settings.name;
    this.challenge = `Cookie cookie-name="${settings.name}"`;
  }

  read({ headers }: HttpRequest): string | undefined {
    return headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[this.settings.name];
  }

  deliver({ token, lifetimeSeconds }: IssuedToken, response: HttpResponse): undefined {
    const { name, attributes, maxAgeSeconds = lifetimeSeconds } = this.settings;
    const maxAge = Math.min(maxAgeSeconds, lifetimeSeconds);
    this.adapter.httpAdapter.setCookie(response, name, token, { ...attributes, maxAge });
  }

  replace(issued: IssuedToken, response: HttpResponse): void {
    this.deliver(issued, response);
  }

  clear(response: HttpResponse): void {
    const { name, attributes } = this.settings;
    this.adapter.httpAdapter.clearCookie(response, name, attributes);
  }

  checkOrigin(request: HttpRequest): void {
    checkOrigin(request, this.settings);
  }
}
