import ipaddr from 'ipaddr.js';
import type { HttpRequest } from './http.js';

/** Where a request comes from, if its connection doesn't say. */
const UNKNOWN = 'unknown';

/**
 * The network address of the client. It comes from the connection, because anybody may write `X-Forwarded-For`;
 * behind proxies, from the entry that the outermost trusted one has added.
 * @param trustedProxies how many proxies stand before this process
 */
export function clientAddress({ headers, socket }: HttpRequest, trustedProxies: number): string {
  const connection = canonical(socket?.remoteAddress);
  if (trustedProxies === 0) return connection ?? UNKNOWN;

  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  return canonical(forwarded.at(-trustedProxies)) ?? connection ?? UNKNOWN;
}

/** What counts as one client: an IPv4 address, or the network of 64 bits that one subscriber has (RFC 6177). */
export function clientNetwork(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString();
}

const WITH_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>\d+\.\d+\.\d+\.\d+))(?::\d+)?$/;

function canonical(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  const { v6, v4 } = WITH_PORT.exec(trimmed)?.groups ?? {};
  const [address = ''] = (v6 ?? v4 ?? trimmed).split('%');
  // `process` turns an IPv4 address that an IPv6 socket shows (::ffff:192.0.2.1) back into itself.
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined;
}
