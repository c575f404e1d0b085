import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import { type ApplicationConfig, MetadataScanner } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import { descriptionOf, type RouteDescription } from '../common/route-description.js';
import { UsersModule } from '../module/users.module.js';
import type { ResolvedPlan } from '../module/plan.js';
import type { Application } from './access.js';
import type { Entities } from './entities.js';

/** A route that the library describes. */
export interface Route {
  controller: Type;
  /** The handler's name. */
  name: string;
  handler: object;
  description: RouteDescription;
  /** With the application's prefix and version: `/api/v1/auth/jwt/login`. */
  path: string;
}

export interface DocumentedApplication extends Application {
  entities: Entities;
  plan: ResolvedPlan;
}

export function routesOf(app: INestApplication, controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const description = descriptionOf(handler);
    return description
      ? [{ controller, name, handler, description, path: pathOf(app, controller, handler) }]
      : [];
  });
}

/** As Nest itself makes it. */
function pathOf(app: INestApplication, controller: Type, handler: object): string {
  const { config } = app as unknown as { config: ApplicationConfig };
  const [path = ''] = new RoutePathFactory(config).create(
    {
      ctrlPath: Reflect.getMetadata(PATH_METADATA, controller) as string,
      methodPath: Reflect.getMetadata(PATH_METADATA, handler) as string,
      globalPrefix: config.getGlobalPrefix(),
      modulePath: Reflect.getMetadata(MODULE_PATH, UsersModule) as string,
      controllerVersion: Reflect.getMetadata(VERSION_METADATA, controller) as string,
      versioningOptions: config.getVersioning(),
    },
    Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod,
  );
  return path;
}
