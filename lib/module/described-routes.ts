import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { descriptionOf, type RouteDescription } from '../common/route-description.js';
import type { ResolvedPlan } from './plan.js';
import { UsersModule } from './users.module.js';

/** A route of this library in a running application. */
export interface DescribedRoute {
  controller: Type;
  /** The handler's name. */
  name: string;
  handler: object;
  description: RouteDescription;
  /** With the application's prefix and version: `/api/v1/auth/jwt/login`. */
  path: string;
}

export const describedRoutes = (app: INestApplication, { controllers }: ResolvedPlan): DescribedRoute[] =>
  controllers.flatMap((controller) => routesOf(app, controller));

function routesOf(app: INestApplication, controller: Type): DescribedRoute[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const description = descriptionOf(handler);
    const route = { controller, name, handler, path: pathOf(app, controller, handler) };
    return description ? [{ ...route, description }] : [];
  });
}

/** As Nest itself makes it. */
function pathOf(app: INestApplication, controller: Type, handler: object): string {
  const config = app.get(ApplicationConfig, { strict: false });
  const versioning = config.getVersioning();
  const own = Reflect.getMetadata(VERSION_METADATA, controller) as string | undefined;
  const [path = ''] = new RoutePathFactory(config).create(
    {
      ctrlPath: Reflect.getMetadata(PATH_METADATA, controller) as string,
      methodPath: Reflect.getMetadata(PATH_METADATA, handler) as string,
      globalPrefix: config.getGlobalPrefix(),
      modulePath: Reflect.getMetadata(MODULE_PATH, UsersModule) as string,
      controllerVersion: own ?? versioning?.defaultVersion,
      versioningOptions: versioning,
    },
    Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod,
  );
  return path;
}
