import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { shortened } from './shortened.js';
import { ERROR_TABLE, type UsersErrorCode } from './error-codes.js';

/** One fault of a request: the place, in the names that the client sent, and the rule that the value breaks. */
export interface FieldFault {
  /** For example `["body", "is_active"]`. */
  loc: string[];
  msg: string;
  /** `missing`, or the name of the constraint. */
  type: string;
}

type Detail = string | { code: UsersErrorCode; reason: string } | FieldFault[];

/** The base class of every error answer of this library: Nest's own error body plus `detail`. */
export abstract class UsersError extends HttpException {
  /** The stable code that a client acts on; `undefined` if the status is enough. */
  readonly code: UsersErrorCode | undefined;

  constructor(status: number, message: string, detail?: Detail, options?: { cause?: unknown }) {
    const error = STATUS_CODES[status] ?? 'Error';
    super({ statusCode: status, error, message, detail: detail ?? error }, status, options);
    this.message = message;
    this.name = new.target.name;
  }

  /** The header fields of the answer. */
  get headers(): Readonly<Record<string, string>> {
    return {};
  }
}

/** An answer with a stable code. Each code has one class. Status and message come from {@link ERROR_TABLE}. */
export abstract class CodedError extends UsersError {
  override readonly code: UsersErrorCode;

  constructor(code: UsersErrorCode, options: { reason?: string; cause?: unknown } = {}) {
    const [status, message] = ERROR_TABLE[code];
    const { reason, cause } = options;
    super(status, reason ?? message, reason === undefined ? code : { code, reason }, { cause });
    this.code = code;
  }
}

/**
 * No user is logged in: the request has no credential, or none that is valid. `WWW-Authenticate` names the schemes of the
 * backends.
 */
export class NotAuthenticatedError extends UsersError {
  constructor(readonly challenge = 'Bearer') {
    super(401, 'You are not logged in.');
  }

  override get headers() {
    return { 'WWW-Authenticate': this.challenge };
  }
}

/** The user is not a superuser, lacks a role, or may not change this user; or a hook refused. */
export class NotAllowedError extends UsersError {
  constructor(message = 'You are not allowed to do this.', options?: { cause?: unknown }) {
    super(403, message, undefined, options);
  }
}

const UNREADABLE: Record<number, string> = {
  400: 'The body is not valid JSON.',
  413: 'The body is too large.',
  415: 'Send the body as application/json.',
};

/**
 * The parser of the application refused the body: it is not valid JSON, is too large, or is not JSON in UTF-8. The message
 * does not quote the body, as parsers do, because it may hold a password.
 * @status 400, 413, 415
 */
export class UnreadableBodyError extends UsersError {
  constructor(status: number) {
    super(status, UNREADABLE[status] ?? 'The body cannot be read.');
  }
}

/** The body has a media type that the route does not read: it is not JSON in UTF-8. The login also reads forms. */
export class UnsupportedBodyError extends UsersError {
  constructor(accepted: string) {
    super(415, `Send the body as ${accepted}.`);
  }
}

/**
 * Limits the size of the answer, for a body with a thousand wrong items or a host's message that quotes a
 * value.
 */
const MOST_FAULTS = 32;
const LONGEST_NAME = 64;
const LONGEST_MESSAGE = 300;

const bounded = ({ loc, msg, type }: FieldFault): FieldFault => ({
  loc: loc.slice(0, MOST_FAULTS).map((name) => shortened(name, LONGEST_NAME)),
  msg: shortened(msg, LONGEST_MESSAGE),
  type: shortened(type, LONGEST_NAME),
});

const inWords = ({ loc, type }: FieldFault): string => `${loc.join('.')} (${type})`;

/**
 * The body lacks a field; a field or a query parameter breaks its constraint; the database refused a value; or a field of
 * the library is longer than 8,192 characters (`maxLength`). `faults` names the fields.
 */
export class InvalidBodyError extends UsersError {
  readonly faults: FieldFault[];

  /** @param faults the answer names the first 32, and shortens the texts of each to at most 300 characters */
  constructor(faults: FieldFault[]) {
    const told = faults.slice(0, MOST_FAULTS).map(bounded);
    super(422, 'The request is not valid.', told);
    this.faults = told;
    // The message is for logs. A `msg` of the host may quote the value, so it stays in the answer only.
    this.message = `The request is not valid: ${told.map(inWords).join(', ')}.`;
  }
}

/**
 * The database or Redis is not available or [too slow](../../docs/errors.md#slow-writes), or too many passwords wait for
 * their hash. `Retry-After` says when to try again.
 */
export class TemporarilyUnavailableError extends UsersError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: { cause?: unknown },
  ) {
    super(503, message, undefined, options);
  }

  override get headers() {
    return { 'Retry-After': String(this.retryAfterSeconds) };
  }
}
