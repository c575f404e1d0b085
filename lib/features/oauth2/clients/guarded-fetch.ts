import { AsyncLocalStorage } from 'node:async_hooks';
import type { CustomFetchOptions } from 'openid-client';
import { OAuthProviderError, OAuthProviderUnavailableError, ProviderFault } from '../oauth2.errors.js';

const MOST_BYTES = 1024 * 1024;
const deadline = new AsyncLocalStorage<AbortSignal>();

/** Gives all that `work` asks of a provider so much time together. */
export const withinDeadline = <T>(seconds: number, work: () => Promise<T>): Promise<T> =>
  deadline.run(AbortSignal.timeout(seconds * 1000), work);

/**
 * `fetch` for a provider that may be hostile or dead: no redirect is followed, a body is read up to a megabyte, and
 * the time is bounded.
 * @throws {OAuthProviderUnavailableError}, {OAuthProviderError}
 */
export async function guardedFetch(url: string, options: CustomFetchOptions): Promise<Response> {
  const signals = [options.signal, deadline.getStore()].filter((signal) => signal !== undefined);
  const answer = await ask(url, {
    ...options,
    redirect: 'manual',
    signal: AbortSignal.any(signals),
  });
  if (answer.body.byteLength > MOST_BYTES) {
    throw new OAuthProviderError(new ProviderFault(`The answer of ${url} is too large.`));
  }
  const { status, headers } = answer.response;
  if (status >= 500 || status === 429) {
    throw new OAuthProviderUnavailableError(new ProviderFault(`${url} answered ${status}.`));
  }
  return new Response(answer.body.byteLength > 0 ? answer.body : null, { status, headers });
}

async function ask(url: string, options: RequestInit) {
  try {
    const response = await fetch(url, options);
    return { response, body: await readUpTo(MOST_BYTES, response) };
  } catch (cause) {
    throw new OAuthProviderUnavailableError(new ProviderFault(`${url} does not answer.`, { cause }));
  }
}

/** A little more than `most` is enough to know that it is more. */
async function readUpTo(most: number, { body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (length > most) break;
  }
  return Buffer.concat(chunks);
}
