import { parseCookie } from 'cookie';

/** No browser sends more cookies of one name by accident, and each value may cost a query. */
export const MOST_CREDENTIALS = 4;

/**
 * The values of a cookie, without repetitions and at most one more than {@link MOST_CREDENTIALS}, in the order of the browser: a cookie of an older deployment, with another
 * path or domain, may stand before the one that counts (RFC 6265 §5.4).
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  const values = new Set<string>();
  for (const pair of header?.split(';') ?? []) {
    const value = pair.includes(name) ? parseCookie(pair)[name] : undefined;
    if (value !== undefined) values.add(value);
    if (values.size > MOST_CREDENTIALS) break;
  }
  return [...values];
}
