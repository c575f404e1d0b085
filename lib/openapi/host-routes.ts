import type { INestApplication, Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { DECORATORS } from '@nestjs/swagger';
import { isPublicAt } from '../authentication/public.decorator.js';
import { accessOf, type DocumentedApplication } from './access.js';
import { securityOf } from './operations.js';

/**
 * Tells @nestjs/swagger which of the host's own routes need a login: those with a guard of this library, and with
 * `protectAll` all that are not public. What the host says by `@ApiSecurity()` or `@ApiBearerAuth()` stays.
 */
export function secureHostRoutes(app: INestApplication, application: DocumentedApplication): void {
  const modules = [...app.get(ModulesContainer).values()];
  const all = modules.flatMap(({ controllers }) =>
    [...controllers.values()].map(({ metatype }) => metatype as Type),
  );
  for (const controller of all.filter((each) => !application.plan.controllers.includes(each))) {
    const prototype = controller.prototype as Record<string, object>;
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const handler = prototype[name];
      if (Reflect.hasMetadata(METHOD_METADATA, handler)) secure(controller, name, handler, application);
    }
  }
}

function secure(controller: Type, name: string, handler: object, application: DocumentedApplication): void {
  const places = [handler, controller];
  if (places.some((place) => Reflect.hasMetadata(DECORATORS.API_SECURITY, place))) return;
  const access = accessOf(controller, handler, application);
  const needsLogin = access.needsLogin || (application.plan.protectAll && !places.some(isPublicAt));
  const descriptor: PropertyDescriptor = { value: handler };
  for (const decorate of securityOf({ ...access, needsLogin }))
    decorate(controller.prototype as object, name, descriptor);
}
