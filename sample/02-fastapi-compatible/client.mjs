import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 10_000;
const PHRASES = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' };
const REASON = 'Password should be at least 3 characters';

/** A front end that was written for FastAPI Users: it knows statuses, `detail`, and nothing else of an error. */
export class Client {
  /** Each route and outcome that was compared. */
  compared = new Set();

  constructor(url, outbox) {
    this.url = url;
    this.outbox = outbox;
  }

  /** Calls a route, such as `GET /users/{id}`, which must answer `outcome`: a status, with a code if it has one. */
  async call(route, outcome, { id, token, json, form, headers } = {}) {
    const [method, path] = route.replace('{id}', id).split(' ');
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(json && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: json ? JSON.stringify(json) : form,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    const [status, code] = outcome.split(' ');
    assert.equal(String(response.status), status, `${route}, not ${outcome}: ${response.status} ${text}`);
    const body = text === '' ? undefined : JSON.parse(text);
    if (response.status >= 400) compareDetail(body.detail, response.status, code);
    this.compared.add(`${route}: ${outcome}`);
    return { body, headers: response.headers };
  }

  /** The status of the answer to a form, whatever it is. */
  async statusOf(path, form) {
    const response = await fetch(this.url + path, { method: 'POST', body: form });
    await response.arrayBuffer();
    return response.status;
  }

  async login(username, password) {
    const form = new URLSearchParams({ username, password });
    const { body } = await this.call('POST /auth/jwt/login', '200', { form });
    assert.equal(body.token_type, 'bearer');
    return body.access_token;
  }

  /** The token of the latest mail of this kind to this address, once there are so many of them. */
  async mailed(kind, to, count = 1) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const mails = readFileSync(this.outbox, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
      const found = mails.filter((mail) => mail.kind === kind && mail.to === to);
      if (found.length >= count) return found.at(-1).token;
      assert(Date.now() < deadline, `There is no mail of ${kind} to ${to}.`);
      await delay(20);
    }
  }
}

function compareDetail(detail, status, code) {
  if (status === 422) {
    for (const { loc, msg, type } of detail) {
      assert.equal(loc[0], 'body');
      assert.equal(typeof msg, 'string');
      assert.equal(typeof type, 'string');
    }
    return;
  }
  // The original says of every 403 that it is forbidden.
  if (status === 403 && detail === 'USER_NOT_VERIFIED') return;
  const expected = code?.endsWith('INVALID_PASSWORD') ? { code, reason: REASON } : (code ?? PHRASES[status]);
  assert.deepEqual(detail, expected);
}
