import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { bareDecorator } from './bare-decorator.js';

const IS_PUBLIC = 'nestjs-users:public';

/**
 * Opens a handler or a whole controller to the guard of the whole application: `protectAll`, or an `APP_GUARD`.
 * A guard of this library at the handler or at its controller still applies.
 */
export function Public(...none: never[]): CustomDecorator {
  if (none.length > 0) throw bareDecorator(none, 'Public', '@Public()');
  return SetMetadata(IS_PUBLIC, true);
}

/** Whether `@Public()` stands at this handler or controller. */
export const isPublicAt = (target: object): boolean => Reflect.getMetadata(IS_PUBLIC, target) === true;

/** As {@link isPublicAt}, but not inherited from a base class. */
export const isPublicItself = (target: object): boolean => Reflect.hasOwnMetadata(IS_PUBLIC, target);

/** Whether `@Public()` stands at the handler of this request or at its controller. */
export const isPublic = (context: ExecutionContext): boolean =>
  isPublicAt(context.getHandler()) || isPublicAt(context.getClass());
