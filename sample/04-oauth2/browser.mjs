import assert from 'node:assert/strict';

const PATIENCE_MS = 10_000;
/** A login and a consent take six; a provider that goes round in circles must not hang the test. */
const PAGES_AT_MOST = 20;

/** What a browser says of itself when it follows a link of the application's own page. */
const PAGE = { accept: 'text/html', 'sec-fetch-site': 'same-origin' };

/** A browser as far as cookies, redirects and forms go. It follows no redirect by itself. */
export class Browser {
  /** By host, as browsers keep them: whatever the port. */
  #cookies = new Map();

  constructor(url) {
    this.url = url;
  }

  /** Calls a route of the application, which must answer this status. */
  async call(route, status, body) {
    const [method, path] = route.split(' ');
    const answer = await this.request(this.url + path, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), 'sec-fetch-site': 'same-origin' },
      body: body && JSON.stringify(body),
    });
    assert.equal(answer.status, status, `${route} answered ${answer.status}: ${answer.text}`);
    return answer;
  }

  /** Follows a link to a provider, and answers there as this account; stops before the way back into the application. */
  async signIn(path, account) {
    const { location } = await this.request(this.url + path, { headers: PAGE });
    assert(location, `${path} does not lead to a provider.`);
    return this.#leave(location, (page) => this.#submit(page, { login: account, password: 'any' }));
  }

  /** As {@link signIn}, for somebody who cancels there. */
  async cancel(path) {
    const { location } = await this.request(this.url + path, { headers: PAGE });
    return this.#leave(location, ({ text }) => this.request(/href="([^"]+\/abort)"/.exec(text)[1]));
  }

  async request(url, { method = 'GET', headers = {}, body } = {}) {
    const { hostname, href } = new URL(url);
    const jar = this.#cookies.get(hostname) ?? new Map();
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(href, {
      ...{ method, body, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) },
      headers: { ...headers, ...(cookie && { cookie }) },
    });
    const fields = response.headers.getSetCookie();
    for (const field of fields) keep(jar, field);
    this.#cookies.set(hostname, jar);
    const text = await response.text();
    const location = response.headers.get('location');
    return {
      ...{ status: response.status, text, cookies: fields, url: href },
      body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined,
      location: location === null ? undefined : new URL(location, href).href,
    };
  }

  /** From page to page of a provider, until it leads elsewhere. */
  async #leave(start, answer) {
    const { origin } = new URL(start);
    let page = await this.request(start);
    for (let pages = 1; pages < PAGES_AT_MOST; pages += 1) {
      if (page.location && new URL(page.location).origin !== origin) return page.location;
      assert(page.status < 400, `The provider answered ${page.status}: ${page.text}`);
      page = page.location ? await this.request(page.location) : await answer(page);
    }
    throw new Error(`The provider does not lead back, but to ${page.text}`);
  }

  /** Fills in what a form asks for. What it hides goes along as it is. */
  #submit({ text }, answers) {
    const inputs = [...text.matchAll(/<input [^>]*name="(\w+)"(?:[^>]*value="([^"]*)")?/g)];
    const fields = inputs.map(([, name, value = '']) => [name, answers[name] ?? value]);
    return this.request(/<form [^>]*action="([^"]+)"/.exec(text)[1], {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
  }
}

function keep(jar, field) {
  const [pair, ...attributes] = field.split(/; */);
  const name = pair.slice(0, pair.indexOf('='));
  const isGone = attributes.some((each) => /^(max-age=0|expires=thu, 01 jan 1970.*)$/i.test(each));
  if (isGone) jar.delete(name);
  else jar.set(name, pair.slice(name.length + 1));
}
