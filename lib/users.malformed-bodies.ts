import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { HttpAdapterHost } from '@nestjs/core';
import { MalformedBodyError } from './common/users-error.js';
import { PLAN } from './users.module-definition.js';
import type { ResolvedPlan } from './users.plan.js';

/**
 * Express' parser quotes the body that it could not parse, in the error's message and in the error itself, and a
 * body of ours may hold a password. So errors of our own paths are replaced before anybody sees them.
 */
@Injectable()
export class MalformedBodies implements OnModuleInit {
  constructor(
    @Inject(PLAN) private readonly plan: ResolvedPlan,
    private readonly adapters: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const adapter = this.adapters.httpAdapter;
    if (adapter?.getType() !== 'express') return;
    const isOurs = this.pathMatcher();
    adapter.use(
      (error: ParseError, request: { path: string }, _response: unknown, next: (error: unknown) => void) => {
        next(error.type === 'entity.parse.failed' && isOurs(request.path) ? new MalformedBodyError() : error);
      },
    );
  }

  /** A path of ours at the end of a path: a global prefix or a version may stand before it. */
  private pathMatcher(): (path: string) => boolean {
    const prefixes = this.plan.controllers.map((controller) =>
      String(Reflect.getMetadata(PATH_METADATA, controller)),
    );
    const names = prefixes.map((prefix) => prefix.replace(/^\/|\/$/g, '').toLowerCase());
    return (path) => names.some((name) => path.toLowerCase().includes(`/${name}`));
  }
}

interface ParseError {
  type?: string;
}
