import type { HttpRequest } from '../../common/http.js';
import { isLoopback } from '../../common/option-checks.js';
import { CodedError } from '../../common/users-error.js';

/** A browser sent the [cookie](../../../docs/backends.md#requests-of-other-pages) for a page of another origin. */
export class CrossOriginRequestError extends CodedError {
  constructor() {
    super('CROSS_ORIGIN_REQUEST');
  }
}

/** The rules for pages whose requests may use the cookie. */
export interface OriginRules {
  /** Origins in addition to the application's own, exactly as browsers write them. */
  allowedOrigins: readonly string[];
  /** Refuses requests without a header that names their origin. */
  requireOrigin: boolean;
  /**
   * Whether browsers send the cookie over HTTPS only. Then the application's own origin cannot be plain `http`.
   */
  isSecure: boolean;
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Refuses a request that changes something and that a browser sent for another origin's page. It relies on
 * headers that browsers set (Fetch Metadata; RFC 6454 §7). A client without these headers is not a browser and
 * sends no cookie by itself.
 * @throws {CrossOriginRequestError}
 */
export function checkOrigin(request: HttpRequest, rules: OriginRules): void {
  const { allowedOrigins, requireOrigin, isSecure } = rules;
  if (SAFE_METHODS.includes(request.method) && !isWebSocket(request)) return;
  const { 'sec-fetch-site': site, origin } = request.headers;
  if (site === 'same-origin' || site === 'none') return;
  if (origin !== undefined && allowedOrigins.includes(origin)) return;
  if (site === undefined && origin === undefined && !requireOrigin) return;
  // For a browser without Fetch Metadata. Behind a proxy that rewrites the host, it needs allowedOrigins.
  if (site === undefined && origin !== undefined && isOwnOrigin(origin, request, isSecure)) return;
  throw new CrossOriginRequestError();
}

/** A handshake is a GET, but it opens a channel through which the page can change something. */
const isWebSocket = ({ headers }: HttpRequest): boolean =>
  headers.upgrade?.toLowerCase().includes('websocket') ?? false;

/** Longer than any origin, because a host has at most 253 characters. */
const LONGEST_ORIGIN = 512;

function isOwnOrigin(origin: string, { headers }: HttpRequest, isSecure: boolean): boolean {
  const host = headers.host ?? headers[':authority'];
  if (typeof host !== 'string' || Math.max(origin.length, host.length) > LONGEST_ORIGIN) return false;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (!mayHaveCookie(url, isSecure)) return false;
  const asked = `${url.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === url.host;
}

/**
 * A browser sends a secure cookie only over HTTPS or to loopback. A page with another scheme, such as a browser
 * extension, has no cookie.
 */
const mayHaveCookie = (url: URL, isSecure: boolean): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && (!isSecure || isLoopback(url)));
