/** What `cookie()` takes. */
export interface CookieOptions {
  /**
   * The cookie's name. The default is `session` behind the [strictest prefix](../../../docs/backends.md#cookies) that the
   * other attributes allow: `__Host-`, else `__Secure-`, and no prefix without `secure` (RFC 6265bis §4.1.3). A name of
   * your own gets no prefix.
   * @default '__Host-session'
   */
  name?: string;
  /**
   * How long browsers keep the cookie, in seconds. The cookie never outlives the token.
   * @default the lifetime of the token
   */
  maxAgeSeconds?: number;
  /**
   * The path below which browsers send the cookie.
   * @default '/'
   */
  path?: string;
  /**
   * Shares the cookie with the subdomains of this domain. Without it, browsers send the cookie only to the host that set it.
   * @default none
   */
  domain?: string;
  /**
   * Whether browsers send the cookie only over HTTPS, and to `localhost`.
   * @default true
   */
  secure?: boolean;
  /**
   * Whether browsers send the cookie with requests that pages of other sites start.
   * @default 'lax'
   */
  sameSite?: 'strict' | 'lax' | 'none';
  /**
   * Whether the cookie is hidden from the scripts of a page.
   * @default true
   */
  httpOnly?: boolean;
  /**
   * Origins whose pages may use the cookie in addition to the application's own, as browsers write them:
   * `https://app.example.com`.
   * @default none
   */
  allowedOrigins?: readonly string[];
  /**
   * Refuses a request that changes something and does not tell its
   * [origin](../../../docs/backends.md#requests-of-other-pages). Browsers always tell it.
   * @default false
   */
  requireOrigin?: boolean;
}
