import type { ArgumentsHost } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Returns the header fields by which an HTTP request would carry the credential, such as
 * `{ authorization: 'Bearer …' }`; `undefined` if there are none.
 */
export type HeadersOf = (host: ArgumentsHost) => Readonly<Record<string, string | undefined>> | undefined;

export const HEADERS_OF = Symbol('nestjs-users: where a host keeps credentials outside HTTP');

/** With the names in lower case, as Node.js has them. */
export function asHeaders(fields: ReturnType<HeadersOf>): IncomingHttpHeaders | undefined {
  if (fields === undefined || fields === null) return undefined;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
}
