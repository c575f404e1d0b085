import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Header,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { catchError, type Observable } from 'rxjs';
import { UsersError } from './users-error.js';

/** The part of a request that this library reads. It is the same on Express and Fastify. */
export interface HttpRequest {
  headers: IncomingHttpHeaders;
  method: string;
  /** The path with its query. */
  url: string;
  body?: unknown;
  query?: object;
  params?: Readonly<Record<string, string>>;
  socket?: { remoteAddress?: string };
}

/** The methods of a response that this library calls. They do the same on Express and Fastify. */
export interface HttpResponse {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

export const responseOf = (context: ExecutionContext): HttpResponse =>
  context.switchToHttp().getResponse<HttpResponse>();

/** Nest's own filters send only the body of an exception, so this sets its header fields beforehand. */
export function withHeaders(error: unknown, response: HttpResponse): unknown {
  if (error instanceof UsersError) {
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

/**
 * For answers without content. The handler returns `null`, which interceptors of the host see, and the client
 * gets the JSON value `null`. Neither adapter sends that JSON by itself.
 */
export const AnswersNothing = () =>
  applyDecorators(
    Header('Content-Type', 'application/json; charset=utf-8'),
    UseInterceptors(NullBodyInterceptor),
  );

@Injectable()
class NullBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<{ send: (body?: unknown) => unknown }>();
    const { send } = response;
    // The last step of both adapters. For null, Express calls it without a body, and Fastify calls it with
    // null.
    response.send = (body) => send.call(response, body ?? 'null');
    return next.handle();
  }
}
