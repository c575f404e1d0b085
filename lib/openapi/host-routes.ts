import { HttpStatus, type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { DECORATORS, type ResponseObject } from '@nestjs/swagger';
import { isPublicAt } from '../authentication/public.decorator.js';
import { type Access, accessOf, type DocumentedApplication, loginFailures } from './access.js';
import { errorResponses } from './errors.js';
import { answer, securityOf } from './operations.js';

/**
 * Tells @nestjs/swagger which of the host's own routes need a login: those with a guard of this library, and with
 * `protectAll` all that are not public. They get the answers of the guards, too. What the host says by `@ApiSecurity()`,
 * `@ApiBearerAuth()` or `@ApiResponse()` stays.
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

/** The handlers whose answers a former document got from here. */
const answered = new WeakSet<object>();

function secure(controller: Type, name: string, handler: object, application: DocumentedApplication): void {
  const places = [handler, controller];
  const found = accessOf(controller, handler, application);
  const isOfApplication = application.plan.protectAll && !found.isGuarded && !places.some(isPublicAt);
  const needsLogin = found.needsLogin || isOfApplication;
  const access = { ...found, needsLogin };
  const isSecured = places.some((place) => Reflect.hasMetadata(DECORATORS.API_SECURITY, place));
  const decorators = [...(isSecured ? [] : securityOf(access)), ...refusalsOf(places, handler, access)];
  const descriptor: PropertyDescriptor = { value: handler };
  for (const decorate of decorators) decorate(controller.prototype as object, name, descriptor);
}

function refusalsOf(places: readonly object[], handler: object, access: Access): MethodDecorator[] {
  if (!access.needsLogin || answered.has(handler)) return [];
  answered.add(handler);
  const declared = places.flatMap((place) =>
    Object.keys((Reflect.getMetadata(DECORATORS.API_RESPONSE, place) ?? {}) as object),
  );
  const all = new Map<number, ResponseObject>([
    ...errorResponses(loginFailures(handler, access)),
    // @nestjs/swagger adds this one itself only to a handler without any answer.
    ...(Reflect.hasMetadata(DECORATORS.API_RESPONSE, handler)
      ? []
      : ([[successOf(handler), { description: '' }]] as const)),
  ]);
  return [...all]
    .filter(([status]) => !declared.includes(String(status)))
    .map(([status, response]) => answer(status, response));
}

function successOf(handler: object): number {
  const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const isPost = Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.POST;
  return status ?? (isPost ? HttpStatus.CREATED : HttpStatus.OK);
}
