import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { HttpAdapterHost, MetadataScanner } from '@nestjs/core';
import { RoutePattern } from '../common/route-pattern.js';
import { UnreadableBodyError } from '../common/users-error.js';
import { PLAN } from './providers.js';
import type { ResolvedPlan } from './plan.js';

interface Addressed {
  url: string;
  /** Express only: in an application that is mounted in another one, `url` lacks its beginning. */
  originalUrl?: string;
}

type ErrorHandler = (error: unknown, request: Addressed, response: unknown, next: unknown) => unknown;

/**
 * A body that the parser refuses never reaches a controller. Express' parser quotes the body in its error, and
 * the body may contain a password; the errors of both adapters lack our `detail`. So for the library's own
 * paths, the errors are replaced before Nest's filters or a log see them.
 */
@Injectable()
export class UnreadableBodies implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    private readonly adapters: HttpAdapterHost,
  ) {}

  /** Runs before Nest passes its error handler to the adapter. */
  onModuleInit(): void {
    const adapter = this.adapters.httpAdapter;
    const setErrorHandler = adapter?.setErrorHandler?.bind(adapter);
    if (!adapter || !setErrorHandler) return;

    const patterns = this.plan.controllers.flatMap(patternsOf);
    const isOurs = ({ url, originalUrl = url }: Addressed) =>
      patterns.some((pattern) => pattern.matches(originalUrl));
    adapter.setErrorHandler = (handler: ErrorHandler, prefix?: string) => {
      const replacing: ErrorHandler = (error, request, response, next) =>
        handler(isOurs(request) ? withoutBody(error) : error, request, response, next);
      setErrorHandler(replacing, prefix);
    };
  }
}

/** Every path of a controller combined with every path of each handler. */
function patternsOf(controller: Type): RoutePattern[] {
  const prototype = controller.prototype as Record<string, object>;
  const handlers = new MetadataScanner()
    .getAllMethodNames(prototype)
    .map((name) => Object(prototype[name]) as object)
    .filter((handler) => Reflect.getMetadata(METHOD_METADATA, handler) !== undefined);
  const paths = pathsOf(controller).flatMap((prefix) =>
    handlers.flatMap((handler) => pathsOf(handler).map((path) => `${prefix}/${path}`)),
  );
  return [...new Set(paths)].map((path) => new RoutePattern(path));
}

const pathsOf = (target: object): string[] =>
  [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat();

interface ParserError {
  statusCode?: unknown;
  /** Set by Express' parser, for example `entity.parse.failed`. */
  type?: unknown;
  /** Set by Fastify's parser: `FST_ERR_CTP_…`. */
  code?: unknown;
}

const PARSER_ERROR = /^(entity|charset|encoding|request|parameters)\.|^FST_ERR_CTP_/;

function withoutBody(error: unknown): unknown {
  const { statusCode, type, code } = Object(error) as ParserError;
  const isParserError = PARSER_ERROR.test(String(type ?? code)) || error instanceof SyntaxError;
  return isParserError && typeof statusCode === 'number' && statusCode < 500
    ? new UnreadableBodyError(statusCode)
    : error;
}
