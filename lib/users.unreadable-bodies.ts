import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { HttpAdapterHost } from '@nestjs/core';
import { UnreadableBodyError } from './common/users-error.js';
import { PLAN } from './users.module-definition.js';
import type { ResolvedPlan } from './users.plan.js';

type ErrorHandler = (error: unknown, request: { url: string }, response: unknown, next: unknown) => unknown;

/**
 * What a body parser refuses never reaches a controller. Express' parser quotes the body in its error, and a body
 * of ours may hold a password; neither adapter's has our `detail`. So on our own paths the errors are replaced
 * before Nest's filters, or a log, see them.
 */
@Injectable()
export class UnreadableBodies implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    private readonly adapters: HttpAdapterHost,
  ) {}

  /** Nest hands its error handler to the adapter after this. */
  onModuleInit(): void {
    const adapter = this.adapters.httpAdapter;
    const setErrorHandler = adapter?.setErrorHandler?.bind(adapter);
    if (!adapter || !setErrorHandler) return;

    const isOurs = this.pathMatcher();
    adapter.setErrorHandler = (handler: ErrorHandler, prefix?: string) => {
      const replacing: ErrorHandler = (error, request, response, next) =>
        handler(isOurs(request.url) ? withoutBody(error) : error, request, response, next);
      setErrorHandler(replacing, prefix);
    };
  }

  /** A path of ours within a path: a global prefix or a version may stand before it. */
  private pathMatcher(): (url: string) => boolean {
    const prefixes = this.plan.controllers.map((controller) =>
      String(Reflect.getMetadata(PATH_METADATA, controller)),
    );
    const names = prefixes.map((prefix) => `/${prefix.replace(/^\/|\/$/g, '').toLowerCase()}`);
    return (url) => names.some((name) => url.toLowerCase().includes(name));
  }
}

interface ParserError {
  statusCode?: unknown;
  /** Express' parser: `entity.parse.failed` and the like. */
  type?: unknown;
  /** Fastify's: `FST_ERR_CTP_…`. */
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
