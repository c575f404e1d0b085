import { AsyncLocalStorage } from 'node:async_hooks';
import type { CustomFetchOptions } from 'openid-client';
import { OAuthProviderError, OAuthProviderUnavailableError, ProviderFault } from '../oauth2.errors.js';

const MOST_BYTES = 1024 * 1024;
const current = new AsyncLocalStorage<Exchange>();

/** All that one request asks of a provider, which has one time together. */
export class Exchange {
  /** Whether the provider was asked anything. */
  hasAsked = false;
  readonly signal: AbortSignal;

  constructor(seconds: number) {
    this.signal = AbortSignal.timeout(seconds * 1000);
  }

  /** @throws {OAuthProviderUnavailableError} in time, whatever `work` waits for */
  run<T>(work: () => Promise<T>): Promise<T> {
    const timeUp = new Promise<never>((_, reject) => {
      const fault = new ProviderFault('It takes too long.');
      const refuse = () => reject(new OAuthProviderUnavailableError(fault));
      this.signal.addEventListener('abort', refuse, { once: true });
    });
    return Promise.race([current.run(this, work), timeUp]);
  }
}

/**
 * `fetch` for a provider that may be hostile or dead: no redirect is followed, a body is read up to a megabyte, and
 * the time is bounded.
 * @throws {OAuthProviderUnavailableError}, {OAuthProviderError}
 */
export async function guardedFetch(url: string, options: CustomFetchOptions): Promise<Response> {
  const exchange = current.getStore();
  if (exchange) exchange.hasAsked = true;
  const signals = [options.signal, exchange?.signal].filter((signal) => signal !== undefined);
  const answer = await ask(url, {
    ...options,
    redirect: 'manual',
    signal: AbortSignal.any(signals),
  });
  if (answer.body.byteLength > MOST_BYTES) {
    throw new OAuthProviderError(new ProviderFault(`The answer of ${placeOf(url)} is too large.`));
  }
  const { status, headers } = answer.response;
  if (status >= 500 || status === 429) {
    throw new OAuthProviderUnavailableError(new ProviderFault(`${placeOf(url)} answered ${status}.`));
  }
  return new Response(answer.body.byteLength > 0 ? answer.body : null, { status, headers });
}

async function ask(url: string, options: RequestInit) {
  try {
    const response = await fetch(url, options);
    return { response, body: await readUpTo(MOST_BYTES, response) };
  } catch (cause) {
    throw new OAuthProviderUnavailableError(new ProviderFault(`${placeOf(url)} does not answer.`, { cause }));
  }
}

/** As much of an address as helps whoever reads the log. */
export const placeOf = (url: string): string => new URL(url).origin;

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
