import { AsyncLocalStorage } from 'node:async_hooks';
import type { CustomFetchOptions } from 'openid-client';
import { OAuthProviderError, OAuthProviderUnavailableError, ProviderFault } from '../oauth2.errors.js';

const MOST_BYTES = 1024 * 1024;
const current = new AsyncLocalStorage<Exchange>();

/** All calls to a provider for one request, which share one time limit. */
export class Exchange {
  /** Whether a call was sent to the provider. */
  hasAsked = false;
  readonly signal: AbortSignal;

  constructor(seconds: number) {
    this.signal = AbortSignal.timeout(seconds * 1000);
  }

  /** @throws {OAuthProviderUnavailableError} after the time limit */
  run<T>(work: () => Promise<T>): Promise<T> {
    const timeUp = new Promise<never>((_, reject) => {
      const fault = new ProviderFault('The answer takes too long.');
      const refuse = () => reject(new OAuthProviderUnavailableError(fault));
      this.signal.addEventListener('abort', refuse, { once: true });
    });
    return Promise.race([current.run(this, work), timeUp]);
  }
}

/**
 * `fetch` for a provider that may be hostile or down: it follows no redirects, reads at most a megabyte of a
 * body, and has a time limit.
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

/** The part of a URL that may be logged. */
export const placeOf = (url: string): string => new URL(url).origin;

/** Stops a little above `most`, which is enough to detect a body that is too large. */
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
