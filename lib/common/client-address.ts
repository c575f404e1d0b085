import ipaddr from 'ipaddr.js';
import type { HttpRequest } from './http.js';

/** The address of a client whose connection has none. */
const UNKNOWN = 'unknown';

/**
 * The network address of the client. It comes from the connection, because every client can send
 * `X-Forwarded-For`. Behind proxies, it comes from the entry that the outermost trusted proxy added.
 * @param trustedProxies the number of proxies in front of this process
 */
export function clientAddress({ headers, socket }: HttpRequest, trustedProxies: number): string {
  const connection = canonical(socket?.remoteAddress);
  if (trustedProxies === 0) return connection ?? UNKNOWN;

  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  return canonical(forwarded.at(-trustedProxies)) ?? connection ?? UNKNOWN;
}

/**
 * What counts as one client: an IPv4 address, or the /64 network that one subscriber has in IPv6 (RFC 6177).
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString();
}

/** The length of an IPv6 address with an IPv4 part, brackets, zone and port, with room to spare. */
const LONGEST_ADDRESS = 100;
const WITH_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>\d+\.\d+\.\d+\.\d+))(?::\d+)?$/;

function canonical(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed.length > LONGEST_ADDRESS) return undefined;
  const { v6, v4 } = WITH_PORT.exec(trimmed)?.groups ?? {};
  const [address = ''] = (v6 ?? v4 ?? trimmed).split('%');
  // `process` turns an IPv4-mapped IPv6 address (::ffff:192.0.2.1) into the IPv4 address.
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined;
}
