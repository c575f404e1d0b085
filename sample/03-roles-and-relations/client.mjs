import assert from 'node:assert/strict';

const PATIENCE_MS = 10_000;

/** Somebody who talks to the shop: a script with a bearer token, a page with a cookie, or nobody. */
export class Client {
  constructor(url, credential = {}) {
    this.url = url;
    this.credential = credential;
  }

  /** Calls a route, such as `POST /orders`, which must answer this status; `headers` are those that a browser adds. */
  async call(route, status, body, headers) {
    const [method, path] = route.split(' ');
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...this.credential, ...headers },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    assert.equal(response.status, status, `${route} answered ${response.status}: ${text}`);
    this.headers = response.headers;
    return text === '' ? undefined : JSON.parse(text);
  }

  /** A new login by `jwt`, as a client of its own. */
  async login(email, password) {
    const body = await this.call('POST /auth/jwt/login', 200, { email, password });
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'user']);
    const client = new Client(this.url, { authorization: `Bearer ${body.access_token}` });
    return Object.assign(client, { user: body.user });
  }

  /** A new login by `cookie`, as a client of its own. */
  async loginByCookie(email, password) {
    const { user } = await this.call('POST /auth/cookie/login', 200, { email, password });
    const [cookie] = this.headers.getSetCookie();
    assert.match(cookie, /^__Host-session=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/);
    return Object.assign(new Client(this.url, { cookie: cookie.split(';')[0] }), { user });
  }
}
