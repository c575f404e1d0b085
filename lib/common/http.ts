import {
  type CallHandler,
  type ExecutionContext,
  Header,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { catchError, type Observable } from 'rxjs';
import { UsersHttpError } from './users-error.js';

/** What this library reads of a request: the same on Express and Fastify. */
export interface HttpRequest {
  headers: IncomingHttpHeaders;
  method: string;
  body?: unknown;
  query?: object;
  params?: Readonly<Record<string, string>>;
  socket?: { remoteAddress?: string };
}

/** What this library asks of a response: these mean the same on Express and Fastify. */
export interface HttpResponse {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

export const responseOf = (context: ExecutionContext): HttpResponse =>
  context.switchToHttp().getResponse<HttpResponse>();

/** Nest's own filters send an exception's body only, so its header fields are set as it passes by. */
export function withHeaders(error: unknown, response: HttpResponse): unknown {
  if (error instanceof UsersHttpError) {
    for (const [name, value] of Object.entries(error.headers)) response.header(name, value);
  }
  return error;
}

@Injectable()
export class ErrorHeadersInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw withHeaders(error, responseOf(context));
      }),
    );
  }
}

/** For answers that carry a user or a token (RFC 6749 §5.1). */
export const NoStore = () => Header('Cache-Control', 'no-store');

/** The body of an answer that says nothing: the JSON value `null`, which neither adapter sends for `null`. */
export const NOTHING = 'null';
export const AnswersNothing = () => Header('Content-Type', 'application/json; charset=utf-8');
