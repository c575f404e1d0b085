import { InvalidBodyError, UsersError } from '../../common/users-error.js';
import type { HttpRequest, HttpResponse } from '../../common/http.js';

/** It travels in a cookie, of which browsers keep 4096 bytes. */
const LONGEST_PAGE = 2048;

/**
 * The page that somebody asks to come back to, as browsers read it.
 * @throws {InvalidBodyError} for one of another origin than `allowed`
 */
export function readRedirect(page: string | undefined, allowed: readonly string[]): string | undefined {
  if (page === undefined) return undefined;
  const url = URL.canParse(page) ? new URL(page) : undefined;
  // `blob:https://app.example.com/…` has the origin of what stands in it.
  const isPage = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  const isAllowed = isPage && allowed.includes(url.origin);
  if (isAllowed && url.href.length <= LONGEST_PAGE) return url.href;
  const msg = 'This is no page of an allowed origin.';
  throw new InvalidBodyError([{ loc: ['query', 'redirect_to'], msg, type: 'redirect' }]);
}

export function redirect(
  response: HttpResponse,
  page: string,
  parameters: Record<string, string> = {},
): void {
  const url = new URL(page);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  response.header('Referrer-Policy', 'no-referrer');
  response.header('Location', url.href);
  response.status(302);
}

/** A person who looks at a page shall not end at a piece of JSON: what can be told, the page is told. */
export async function orBackTo<T>(
  page: string | undefined,
  response: HttpResponse,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (page === undefined || !(error instanceof UsersError)) throw error;
    redirect(response, page, { error: error.code });
    return undefined;
  }
}

/** Whether a browser asks for a page, rather than a script for data. */
const wantsPage = ({ headers }: HttpRequest): boolean =>
  headers.accept?.split(',').some((type) => /^ *text\/html *(;|$)/i.test(type)) ?? false;

/**
 * A browser that asks for a page is sent on, or back to `page` if that can't be; a script gets the address, and sends
 * the browser itself.
 */
export async function answerAuthorize(
  page: string | undefined,
  request: HttpRequest,
  response: HttpResponse,
  begin: () => Promise<string>,
): Promise<object | undefined> {
  if (!wantsPage(request)) return { authorization_url: await begin() };
  const url = await orBackTo(page, response, begin);
  if (url !== undefined) redirect(response, url);
  return undefined;
}
