import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { PLAN } from '../../lib/module/providers.js';
import type { ResolvedPlan } from '../../lib/module/plan.js';

export interface Route {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** With its parameters: `/users/:id`. */
  path: string;
  controller: Type;
  handler: object;
}

/** The routes that the library has in a running application. */
export const routesOf = (app: INestApplication): Route[] => routesIn(app.get<ResolvedPlan>(PLAN).controllers);

/** Those of each controller in the order of its class, after those of the class that it extends. */
export const routesIn = (controllers: readonly Type[]): Route[] =>
  controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    const names = new MetadataScanner().getAllMethodNames(prototype);
    const own = names.filter((name) => Object.hasOwn(prototype, name));
    const inherited = names.filter((name) => !own.includes(name));
    return [...inherited, ...own].flatMap((name) => routeOf(controller, prototype[name]));
  });

function routeOf(controller: Type, handler: object | undefined): Route[] {
  const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
  if (!handler || method === undefined) return [];
  const parts = [controller, handler].map((target) => String(Reflect.getMetadata(PATH_METADATA, target)));
  const path = `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
  return [{ method: RequestMethod[method].toLowerCase() as Route['method'], path, controller, handler }];
}
