import type { HttpRequest } from '../http.js';
import { UnsupportedBodyError } from '../users-error.js';

/** A body, or an object within one. */
export type Body = Record<string, unknown>;

export const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded *(?:;|$)/i;
const OTHER_CHARSET = /; *charset="?(?!utf-8"? *(?:;|$))/i;

const typeOf = (request: HttpRequest): string => request.headers['content-type'] ?? '';

export const isForm = (request: HttpRequest): boolean =>
  FORM_TYPE.test(typeOf(request)) && !OTHER_CHARSET.test(typeOf(request));

/**
 * The body as the host's parser returned it; `{}` if the client sent none.
 * @throws {UnsupportedBodyError} for anything except JSON in UTF-8 (RFC 8259 §8.1)
 */
export function jsonBody(request: HttpRequest): unknown {
  const type = typeOf(request);
  if (type === '' && !hasBody(request)) return {};
  if (!JSON_TYPE.test(type) || OTHER_CHARSET.test(type)) throw new UnsupportedBodyError('application/json');
  return request.body ?? {};
}

const hasBody = ({ headers }: HttpRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
