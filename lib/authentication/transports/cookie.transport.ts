import type { HttpAdapterHost } from '@nestjs/core';
import { cookieValues } from '../../common/cookie-values.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';
import { keysOf } from '../../common/option-keys.js';
import type { IssuedToken, SecurityScheme, Transport } from '../backend.js';
import type { TransportDefinition } from '../backend.options.js';
import type { CookieOptions } from './cookie.options.js';
import { type CookieSettings, resolveCookie } from './cookie.settings.js';
import { checkOrigin } from './origin-check.js';

/**
 * A cookie. A login answers `204`, or the user. A request that changes something and that a browser sends for a
 * page of another origin is answered with `403 CROSS_ORIGIN_REQUEST`.
 */
export const cookie = (options: CookieOptions = {}): TransportDefinition => ({
  kind: 'cookie',
  options,
  settings: keysOf<CookieOptions>({
    name: true,
    maxAgeSeconds: true,
    path: true,
    domain: true,
    secure: true,
    sameSite: true,
    httpOnly: true,
    allowedOrigins: true,
    requireOrigin: true,
  }),
  create: ({ backend, settings, adapter }) => new CookieTransport(resolveCookie(backend, settings), adapter),
});

/** See {@link cookie}. */
export class CookieTransport implements Transport {
  readonly challenge: string;
  readonly cookieName: string;
  readonly securityScheme: SecurityScheme;

  constructor(
    private readonly settings: CookieSettings,
    private readonly adapter: HttpAdapterHost,
  ) {
    this.cookieName = settings.name;
    this.securityScheme = { type: 'apiKey', in: 'cookie', name: settings.name };
    this.challenge = `Cookie cookie-name="${settings.name}"`;
  }

  read({ headers }: HttpRequest): string[] {
    return cookieValues(headers.cookie, this.settings.name);
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
