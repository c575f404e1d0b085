import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { ERROR_TABLE, type UsersErrorCode } from './error-codes.js';

/** One fault of a request body: where it stands, as the client sent it, and which rule it broke. */
export interface FieldFault {
  /** For example `["body", "is_active"]`. */
  loc: string[];
  msg: string;
  /** `missing`, or the name of the constraint. */
  type: string;
}

type Detail = string | { code: UsersErrorCode; reason: string } | FieldFault[];

/** Whatever this library answers beside success: Nest's own error body plus `detail`. */
export abstract class UsersHttpError extends HttpException {
  constructor(status: number, message: string, detail?: Detail, options?: { cause?: unknown }) {
    const error = STATUS_CODES[status] ?? 'Error';
    super({ statusCode: status, error, message, detail: detail ?? error }, status, options);
    this.message = message;
    this.name = new.target.name;
  }

  /** Header fields that belong to the answer. */
  get headers(): Readonly<Record<string, string>> {
    return {};
  }
}

/** An answer with a stable code; status and sentence come from {@link ERROR_TABLE}. */
export class UsersError extends UsersHttpError {
  readonly code: UsersErrorCode;

  constructor(code: UsersErrorCode, options: { reason?: string; cause?: unknown } = {}) {
    const [status, message] = ERROR_TABLE[code];
    const { reason, cause } = options;
    super(status, reason ?? message, reason === undefined ? code : { code, reason }, { cause });
    this.code = code;
  }
}

/** Nobody is logged in: no credential, or none that holds. */
export class NotAuthenticatedError extends UsersHttpError {
  constructor(readonly challenge = 'Bearer') {
    super(401, 'You are not logged in.');
  }

  override get headers() {
    return { 'WWW-Authenticate': this.challenge };
  }
}

/** Somebody is logged in, but may not do this. */
export class NotAllowedError extends UsersHttpError {
  constructor(message = 'You are not allowed to do this.', options?: { cause?: unknown }) {
    super(403, message, undefined, options);
  }
}

const UNREADABLE: Record<number, string> = {
  400: 'The body is not valid JSON.',
  413: 'The body is too large.',
  415: 'Send the body as application/json.',
};

/** The body could not be parsed. Says nothing of what it was: parsers quote it, and it may hold a password. */
export class UnreadableBodyError extends UsersHttpError {
  constructor(status: number) {
    super(status, UNREADABLE[status] ?? 'The body cannot be read.');
  }
}

/** The body came as something else than the route reads. */
export class UnsupportedBodyError extends UsersHttpError {
  constructor(accepted: string) {
    super(415, `Send the body as ${accepted}.`);
  }
}

/** The body does not have the fields that it should have. */
export class InvalidBodyError extends UsersHttpError {
  constructor(readonly faults: FieldFault[]) {
    super(422, 'The request is not valid.', faults);
  }
}

/** A part that this request needs is down or full. Nothing was written; trying again is safe. */
export class TemporarilyUnavailableError extends UsersHttpError {
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
