import { InvalidBodyError, CodedError } from '../../../common/users-error.js';
import type { HttpRequest, HttpResponse } from '../../../common/http.js';

/** It is part of a cookie, of which browsers store 4096 bytes. */
const LONGEST_PAGE = 2048;

/**
 * The page to return to, as browsers parse the URL.
 * @throws {InvalidBodyError} for a page of an origin that is not in `allowed`
 */
export function readRedirect(page: string | undefined, allowed: readonly string[]): string | undefined {
  if (page === undefined) return undefined;
  const url = page.length <= LONGEST_PAGE && URL.canParse(page) ? new URL(page) : undefined;
  // `blob:https://app.example.com/…` has the origin of the URL inside it.
  const isPage = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  const isAllowed = isPage && allowed.includes(url.origin);
  if (isAllowed && url.href.length <= LONGEST_PAGE) return url.href;
  const msg = 'This is not a page of an allowed origin.';
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

/** Sends errors with a code back to the page, so that a person in a browser does not end at JSON. */
export async function orBackTo<T>(
  page: string | undefined,
  response: HttpResponse,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (page === undefined || !(error instanceof CodedError)) throw error;
    redirect(response, page, { error: error.code });
    return undefined;
  }
}

/** Whether a browser requests a page, not a script that requests data. */
const wantsPage = ({ headers }: HttpRequest): boolean =>
  headers.accept?.split(',').some((type) => /^ *text\/html *(;|$)/i.test(type)) ?? false;

/**
 * Redirects a browser to the provider, or back to `page` with an error. A script gets the URL instead and
 * navigates itself.
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
