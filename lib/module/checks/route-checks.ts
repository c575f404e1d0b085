import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { ConfigurationError } from '../../common/configuration-error.js';

/**
 * Requires different paths, because the second of two routes at one path would never be reached.
 * @throws {ConfigurationError}
 */
export function requireOwnRoutes(controllers: readonly Type[]): void {
  const routes = controllers.flatMap(routesOf);
  const twice = routes.find((route, index) => routes.indexOf(route) !== index);
  if (twice === undefined) return;
  throw new ConfigurationError(
    `two routes of the features have the path ${twice}; give one of them another path, such as auth.loginPath.`,
  );
}

/**
 * Method and path, such as `POST /auth/login`, in lower case, because Express compares paths
 * case-insensitively.
 */
function routesOf(controller: Type): string[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const parts = [controller, handler].map((each) => Reflect.getMetadata(PATH_METADATA, each) as string);
    const path = parts.join('/').split('/').filter(Boolean).join('/').toLowerCase();
    return [`${RequestMethod[method]} /${path}`];
  });
}
