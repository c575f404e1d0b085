import type { HttpRequest } from '../../common/http.js';
import { UsersError } from '../../common/users-error.js';

/** The browser sent the request for a page of another origin. */
export class CrossOriginRequestError extends UsersError {
  constructor() {
    super('CROSS_ORIGIN_REQUEST');
  }
}

/** What decides whether a request comes from a page that may use the cookie. */
export interface OriginRules {
  /** Origins beside the application's own, exactly as browsers write them. */
  allowedOrigins: readonly string[];
  /** Refuses requests that say nothing of where they come from. */
  requireOrigin: boolean;
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Refuses requests that change something and that a browser sent for another origin's page, by what browsers say
 * of themselves (Fetch Metadata; RFC 6454 §7). Whoever says nothing is no browser, and sends no cookie unasked.
 * @throws {CrossOriginRequestError}
 */
export function checkOrigin(request: HttpRequest, { allowedOrigins, requireOrigin }: OriginRules): void {
  if (SAFE_METHODS.includes(request.method) && !isWebSocket(request)) return;
  const { 'sec-fetch-site': site, origin } = request.headers;
  if (site === 'same-origin' || site === 'none') return;
  if (origin !== undefined && allowedOrigins.includes(origin)) return;
  if (site === undefined && origin === undefined && !requireOrigin) return;
  // A browser without Fetch Metadata; behind a proxy that rewrites the host, it needs allowedOrigins.
  if (site === undefined && origin !== undefined && isOwnOrigin(origin, request)) return;
  throw new CrossOriginRequestError();
}

/** A handshake is a GET, and opens a channel that the page behind it may write to. */
const isWebSocket = ({ headers }: HttpRequest): boolean =>
  headers.upgrade?.toLowerCase().includes('websocket') ?? false;

function isOwnOrigin(origin: string, { headers }: HttpRequest): boolean {
  const host = headers.host ?? headers[':authority'];
  try {
    const { protocol, host: asked } = new URL(origin);
    return asked !== '' && new URL(`${protocol}//${String(host)}`).host === asked;
  } catch {
    return false;
  }
}
