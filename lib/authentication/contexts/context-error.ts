import { type ExecutionContext, HttpException, InternalServerErrorException, Logger } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { isObject } from './handshake.js';

const logger = new Logger('UsersModule');

/** The error that a client of this context gets for what a guard threw outside HTTP. It tells what HTTP would tell. */
export async function errorIn(context: ExecutionContext, error: unknown): Promise<unknown> {
  switch (context.getType<string>()) {
    case 'graphql':
      return isGraphqlError(error) ? error : withExtensions(asHttp(error));
    case 'ws':
      return error instanceof HttpException ? wsError(context, error) : error;
    case 'rpc':
      return error instanceof HttpException ? rpcError(error) : error;
    default:
      return asHttp(error);
  }
}

const isGraphqlError = (error: unknown): boolean => error instanceof Error && error.name === 'GraphQLError';

/** The filters for sockets and transporters hide any other error. Elsewhere, its message would go to the client. */
function asHttp(error: unknown): HttpException {
  if (error instanceof HttpException) return error;
  logger.error(error);
  return new InternalServerErrorException();
}

const CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  422: 'BAD_USER_INPUT',
  500: 'INTERNAL_SERVER_ERROR',
};

/**
 * GraphQL takes `extensions` of an error into the answer. Apollo makes the same `code` for an `HttpException`;
 * Mercurius and subscriptions would have none.
 */
function withExtensions(error: HttpException): HttpException {
  const status = error.getStatus();
  const code = CODES[status] ?? (STATUS_CODES[status] ?? 'ERROR').toUpperCase().replaceAll(/\W+/g, '_');
  const { detail } = bodyOf(error) as { detail?: unknown };
  const extensions = { code, status, ...(detail !== undefined && { detail }) };
  return Object.assign(error, { extensions });
}

function bodyOf(error: HttpException): object {
  const body: unknown = error.getResponse();
  return isObject(body) ? body : { statusCode: error.getStatus(), message: body };
}

/** Nest knows its own class only. The package is there, because the context is one of its. */
async function wsError(context: ExecutionContext, error: HttpException): Promise<unknown> {
  const peer = await import('@nestjs/websockets').catch(() => undefined);
  const pattern: unknown = context.switchToWs().getPattern();
  return peer ? new peer.WsException({ status: 'error', ...bodyOf(error), cause: { pattern } }) : error;
}

async function rpcError(error: HttpException): Promise<unknown> {
  const peer = await import('@nestjs/microservices').catch(() => undefined);
  return peer ? new peer.RpcException({ status: 'error', ...bodyOf(error) }) : error;
}
