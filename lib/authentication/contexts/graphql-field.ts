import type { ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../../common/http.js';
import { handshakeOf, isObject, isRequest, isUpgrade } from './handshake.js';

/** The part of GraphQL's `info` that this library reads. */
interface Info {
  operation: { operation: 'query' | 'mutation' | 'subscription' };
  path: Path;
  variableValues: unknown;
}

interface Path {
  prev?: Path | undefined;
  key: string | number;
}

/** A field that a resolver resolves. */
export interface GraphqlField {
  /** Nothing but this call of the resolver has it. */
  info: object;
  /** What all fields of one execution share, and nothing else does. */
  execution: object;
  operation: Info['operation']['operation'];
  /** The field's own path in the answer, and then those of the fields around it, from the inside out. */
  paths: () => Iterable<string>;
  /** The host's context of the operation. */
  context: object;
}

const isInfo = (value: unknown): value is Info => isObject(value) && 'operation' in value && 'path' in value;

/** A reference resolver of a federation has no arguments, so its context and info stand one place earlier. */
export function fieldOf(context: ExecutionContext): GraphqlField | undefined {
  const index = [3, 2].find((each) => isInfo(context.getArgByIndex(each)));
  if (index === undefined) return undefined;
  const info: Info = context.getArgByIndex(index);
  const own: unknown = context.getArgByIndex(index - 1);
  return {
    info,
    // The context may outlive the operation, and a parsed query is kept for others. The values of the variables
    // are made anew for each execution.
    execution: isObject(info.variableValues) ? info.variableValues : info,
    operation: info.operation.operation,
    paths: () => pathsOf(info.path),
    context: isObject(own) ? own : {},
  };
}

function* pathsOf(path: Path): Iterable<string> {
  const keys: (string | number)[] = [];
  for (let each: Path | undefined = path; each; each = each.prev) keys.unshift(each.key);
  for (let length = keys.length; length > 0; length--) yield keys.slice(0, length).join('.');
}

/** The properties of a context in which the drivers and hosts keep the request. */
interface Kept {
  req?: unknown;
  request?: unknown;
  reply?: { request?: unknown };
  connectionParams?: unknown;
  _connectionInit?: unknown;
}

/** Where the credential of an operation is. */
export interface OperationSource {
  request: HttpRequest;
  isHandshake: boolean;
}

/** Why that is not known, in words that follow "the GraphQL context". */
interface UnknownSource {
  fault: string;
}

/**
 * Finds the request of an operation: `req` of Apollo, `reply.request` of Mercurius, or the handshake of a
 * WebSocket, which graphql-ws and Mercurius keep in their own ways.
 */
export function sourceOf(context: object): OperationSource | UnknownSource {
  const { req, request, reply, connectionParams, _connectionInit: connectionInit } = context as Kept;
  const replied = reply?.request;
  if (isRequest(req) && isRequest(replied) && rawOf(req) !== rawOf(replied)) {
    return { fault: 'is shared by several requests; let context be a function that returns a new object' };
  }
  const params = connectionParams ?? connectionInit;
  for (const each of [req, replied, request, context]) {
    const handshake = handshakeOf(each, params);
    if (handshake) return { request: handshake, isHandshake: true };
    if (isRequest(each) && !isUpgrade(each)) return { request: each, isHandshake: false };
  }
  return { fault: 'holds no request; add it as req' };
}

const rawOf = (request: object): unknown => (request as { raw?: unknown }).raw ?? request;
