import { ConfigurationError } from '../../common/configuration-error.js';
import { requireBoolean, requireOrigins, requireSeconds } from '../../common/option-checks.js';
import type { CookieOptions } from './cookie.options.js';
import type { OriginRules } from './origin-check.js';

/** The cookie's settings, with defaults filled in. */
export interface CookieSettings extends OriginRules {
  name: string;
  maxAgeSeconds: number | undefined;
  attributes: Required<Pick<CookieOptions, 'path' | 'secure' | 'sameSite' | 'httpOnly'>> & {
    domain?: string;
  };
}

// RFC 6265 §4.1.1: a token for the name; no controls and no semicolon in attributes.
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const PATH = /^\/[^\p{Cc};]*$/u;
const DOMAIN = /^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i;

/** @throws {ConfigurationError} for a cookie that a browser would refuse or that is not safe */
export function resolveCookie(backend: string, options: CookieOptions): CookieSettings {
  const at = (name: string) => `backends.${backend}.${name}`;
  const { path = '/', domain, secure = true, sameSite = 'lax', httpOnly = true } = options;
  const { maxAgeSeconds, allowedOrigins = [], requireOrigin = false } = options;
  const refuse = (name: string, sentence: string): never => {
    throw new ConfigurationError(`${at(name)} ${sentence}`);
  };

  if (!PATH.test(path)) refuse('path', 'must begin with a slash.');
  if (domain !== undefined && !DOMAIN.test(domain)) refuse('domain', 'must be a domain name.');
  if (!['strict', 'lax', 'none'].includes(sameSite)) refuse('sameSite', 'must be strict, lax or none.');
  if (sameSite === 'none' && !secure) {
    refuse('sameSite', 'none needs secure: true; otherwise browsers refuse the cookie.');
  }
  if (maxAgeSeconds !== undefined) requireSeconds(at('maxAgeSeconds'), maxAgeSeconds);
  requireOrigins(at('allowedOrigins'), allowedOrigins);
  return {
    name: nameOf(options.name, { path, domain, secure }, (sentence) => refuse('name', sentence)),
    maxAgeSeconds,
    attributes: {
      path,
      sameSite,
      secure: requireBoolean(at('secure'), secure),
      httpOnly: requireBoolean(at('httpOnly'), httpOnly),
      ...(domain !== undefined && { domain }),
    },
    allowedOrigins,
    requireOrigin: requireBoolean(at('requireOrigin'), requireOrigin),
    isSecure: secure,
  };
}

/**
 * Browsers enforce a prefixed name: neither another host nor an attacker on the network can set such a cookie.
 */
function nameOf(
  name: string | undefined,
  { path, domain, secure }: { path: string; domain: string | undefined; secure: boolean },
  refuse: (sentence: string) => never,
): string {
  const isForHostOnly = secure && path === '/' && domain === undefined;
  const prefix = isForHostOnly ? '__Host-' : secure ? '__Secure-' : '';
  if (name === undefined) return `${prefix}session`;
  if (typeof name !== 'string' || !NAME.test(name))
    return refuse('must be a cookie name: no blanks, no semicolons.');
  if (/^__Host-/i.test(name) && !isForHostOnly) {
    return refuse('begins with __Host-, which needs secure: true, the path / and no domain.');
  }
  if (/^__Secure-/i.test(name) && !secure) return refuse('begins with __Secure-, which needs secure: true.');
  return name;
}
