import { parseSetCookie } from 'cookie';
import type { SecretsScan } from './secrets-scan.js';

export interface PageRequest {
  /** Default: POST with a form or JSON, else GET. */
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
  json?: unknown;
}

/** One answer, as it came. */
export interface Page {
  status: number;
  headers: Headers;
  text: string;
  /** What the text is as JSON, if it is. */
  body: unknown;
  /** Where it redirects to. */
  location: URL | undefined;
}

interface Cookie {
  name: string;
  value: string;
  path: string;
  expiresAt: number;
}

/** A browser as far as redirects, cookies and forms go; it follows nothing by itself. */
export class Browser {
  /** By host and port: two servers of one test are two sites, though browsers tell cookies by the name alone. */
  private readonly jar = new Map<string, Cookie[]>();

  /** With a scan, its answers are looked through for secrets as those of an `Api` are. */
  constructor(private readonly scan?: SecretsScan) {}

  /** One request, with the cookies of its host beside those given. */
  async request(url: string | URL, { method, headers, form, json }: PageRequest = {}): Promise<Page> {
    const body = form ? new URLSearchParams(form) : json === undefined ? undefined : JSON.stringify(json);
    const cookie = [this.cookieHeader(url), headers?.['cookie']].filter(Boolean).join('; ');
    const answer = await fetch(url, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...(cookie && { cookie }),
      },
      body,
      redirect: 'manual',
    });
    for (const field of answer.headers.getSetCookie()) this.setCookie(url, field);
    const location = answer.headers.get('location');
    const text = await answer.text();
    const page = { text, body: parsed(text) };
    this.scan?.saw({ ...page, headers: [...answer.headers] });
    return {
      ...page,
      status: answer.status,
      headers: answer.headers,
      location: location === null ? undefined : new URL(location, url),
    };
  }

  /** What it sends to an address in `Cookie`; empty where it has none. */
  cookieHeader(url: string | URL): string {
    const { host, pathname } = new URL(url);
    return (this.jar.get(host) ?? [])
      .filter(({ path, expiresAt }) => expiresAt > Date.now() && covers(path, pathname))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  /** Takes a `Set-Cookie` field over as if the address had answered it. */
  setCookie(url: string | URL, field: string): void {
    const { host, pathname } = new URL(url);
    const { name, value = '', path: given, ...rest } = parseSetCookie(field, { decode: (raw) => raw });
    const path = given?.startsWith('/') ? given : pathname.slice(0, pathname.lastIndexOf('/')) || '/';
    const { maxAge, expires } = rest;
    const expiresAt = maxAge === undefined ? (expires?.getTime() ?? Infinity) : Date.now() + maxAge * 1000;
    const others = (this.jar.get(host) ?? []).filter((each) => each.name !== name || each.path !== path);
    this.jar.set(host, [...others, { name, value, path, expiresAt }]);
  }
}

/**
 * Signs in at an oidc-provider's own login page, from its authorization URL on, and returns the first address outside
 * the provider, not requested yet: the callback, with a code or an error. A browser that is signed in there already
 * stays the account it was.
 */
export function signInAtProvider(browser: Browser, authorizationUrl: string, account: string): Promise<URL> {
  const answers: Record<string, string> = { login: account, password: 'any' };
  return callbackFrom(browser, authorizationUrl, ({ text }) => {
    const inputs = attributesOf('input', text).map(({ name = '', value }) => [name, answers[name] ?? value]);
    const [{ action = '' } = {}] = attributesOf('form', text);
    return browser.request(action, { form: Object.fromEntries(inputs) as Record<string, string> });
  });
}

/** As {@link signInAtProvider}, for someone who cancels where the login page or the consent page asks. */
export function cancelAtProvider(browser: Browser, authorizationUrl: string): Promise<URL> {
  return callbackFrom(browser, authorizationUrl, ({ text }) => {
    const links = attributesOf('a', text).map(({ href = '' }) => href);
    return browser.request(links.find((href) => href.endsWith('/abort')) ?? '');
  });
}

/** A login and a consent take six; a provider that goes round in circles must not hang the test. */
const PAGES_AT_MOST = 20;

async function callbackFrom(
  browser: Browser,
  authorizationUrl: string,
  answer: (page: Page) => Promise<Page>,
): Promise<URL> {
  const { origin } = new URL(authorizationUrl);
  let page = await browser.request(authorizationUrl);
  for (let pages = 1; pages < PAGES_AT_MOST; pages += 1) {
    if (page.location && page.location.origin !== origin) return page.location;
    if (page.status >= 400) break;
    page = page.location ? await browser.request(page.location) : await answer(page);
  }
  throw new Error(`The provider does not lead back: ${page.status} ${page.text}`);
}

function attributesOf(element: string, html: string): Record<string, string>[] {
  const tags = html.match(new RegExp(`<${element}\\s[^>]*>`, 'g')) ?? [];
  return tags.map((tag) =>
    Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  );
}

/** Whether a cookie's path covers the path of a request. */
function covers(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
