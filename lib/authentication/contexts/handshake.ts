import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError } from '../../common/configuration-error.js';
import type { HttpRequest } from '../../common/http.js';

/** The HTTP request that opened a WebSocket, as `ws` passes it to `handleConnection()`. */
export interface UpgradeRequest {
  headers: IncomingHttpHeaders;
  url?: string | undefined;
  socket?: { remoteAddress?: string | undefined };
}

const requests = new WeakMap<object, UpgradeRequest>();

/**
 * Keeps the request that opened a WebSocket, so that guards find its headers at each message. An application on
 * the adapter `ws` calls it first in each `handleConnection(client, request)`. socket.io keeps the request itself.
 * @throws {ConfigurationError} without a request
 */
export function rememberHandshake(client: object, request: UpgradeRequest): void {
  if (isObject(client) && isRequest(request)) requests.set(client, request);
  else {
    throw new ConfigurationError(
      'rememberHandshake() takes the two arguments of handleConnection(client, request).',
    );
  }
}

/**
 * The handshake of a connection in the form of an HTTP request, so that each transport reads it as such. It is new
 * for each call, because an identity that was found for an earlier message may have ended.
 * @param connection a client of socket.io or of `ws`, a context of graphql-ws, or the request of the handshake
 * @param params what the client sent after the handshake, if the connection does not hold it itself
 */
export function handshakeOf(connection: unknown, params?: unknown): HttpRequest | undefined {
  if (!isObject(connection)) return undefined;
  const { handshake, extra, connectionParams } = connection as Connection;
  if (isRequest(handshake)) {
    const socket = { remoteAddress: handshake.address };
    return viewOf({ ...handshake, socket }, handshake.headers, handshake.auth);
  }
  const remembered = requests.get(connection);
  if (remembered) return viewOf(remembered, sentHeaders(remembered), params);
  if (isRequest(extra?.request)) {
    return viewOf(extra.request, sentHeaders(extra.request), connectionParams);
  }
  return isUpgrade(connection) ? viewOf(connection, sentHeaders(connection), params) : undefined;
}

/** The parts by which the connections of socket.io and of graphql-ws are recognized. */
interface Connection {
  handshake?: UpgradeRequest & { address?: string; auth?: unknown };
  extra?: { request?: unknown };
  connectionParams?: unknown;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const isRequest = (value: unknown): value is UpgradeRequest =>
  isObject(value) && isObject((value as Partial<UpgradeRequest>).headers);

/** Whether a request opens a WebSocket. */
export const isUpgrade = (value: unknown): value is UpgradeRequest =>
  isRequest(value) && (value.headers.upgrade?.toLowerCase().includes('websocket') ?? false);

/** The header `upgrade` makes the origin check strict, also where socket.io began without a WebSocket. */
const viewOf = (
  { url = '', socket }: UpgradeRequest,
  headers: IncomingHttpHeaders,
  params: unknown,
): HttpRequest => ({
  method: 'GET',
  url,
  ...(socket && { socket: { ...(socket.remoteAddress && { remoteAddress: socket.remoteAddress }) } }),
  headers: { ...headers, upgrade: 'websocket', ...authorizationOf(headers, params) },
});

/**
 * The headers as they were in the handshake. Mercurius adds to `headers` what the client sent later, so a page of
 * another site could say there that it is of the same site.
 */
function sentHeaders(request: UpgradeRequest): IncomingHttpHeaders {
  const { raw = request } = request as UpgradeRequest & { raw?: UpgradeRequest };
  const { headersDistinct } = raw as UpgradeRequest & { headersDistinct?: NodeJS.Dict<string[]> };
  if (!headersDistinct) return raw.headers;
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, joined(name, values)]),
  );
}

/** As Node.js joins the values of a repeated header. */
function joined(name: string, values: string[]): string | undefined {
  if (name === 'authorization' || name === 'host') return values[0];
  return values.join(name === 'cookie' ? '; ' : ', ');
}

/**
 * Browsers cannot set headers of a WebSocket, so clients send their token after the handshake: as `Authorization`,
 * or as `token`. If the values differ, none of them counts, because the client may hold tokens of two users.
 */
function authorizationOf(
  { authorization }: IncomingHttpHeaders,
  params: unknown,
): Pick<IncomingHttpHeaders, 'authorization'> {
  const sent = new Set(
    [authorization ?? [], ...valuesIn(params), ...valuesIn(own(params, 'headers'))].flat(),
  );
  const [only] = sent;
  return { authorization: sent.size === 1 ? only : undefined };
}

function valuesIn(params: unknown): string[] {
  const token = text(own(params, 'token'));
  return [
    text(own(params, 'Authorization')) ?? [],
    text(own(params, 'authorization')) ?? [],
    token === undefined ? [] : /^Bearer /i.test(token) ? token : `Bearer ${token}`,
  ].flat();
}

const own = (object: unknown, name: string): unknown =>
  isObject(object) && Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;

/** Longer than any credential. HTTP bounds its headers, and a message may have megabytes. */
const LONGEST_CREDENTIAL = 8192;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_CREDENTIAL ? value : undefined;
