import { type ExecutionContext, SetMetadata, type Type } from '@nestjs/common';
import { type LoadOptions, mergeLoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';

const LOAD_OPTIONS = 'nestjs-users:load-options';

/**
 * Relations that come along with the user whom a guard of this library lets in. On a handler it wins over the same
 * on its controller, relation by relation. An unknown relation stops the boot.
 */
export const UserLoadOptions = <User extends BaseUser>(options: LoadOptions<User>) =>
  SetMetadata(LOAD_OPTIONS, options);

/** What stands at one handler or one controller. */
export const declaredLoadOptions = (target: object): LoadOptions | undefined =>
  Reflect.getMetadata(LOAD_OPTIONS, target) as LoadOptions | undefined;

type Handlers = WeakMap<object, LoadOptions | undefined>;
const known = new WeakMap<Type, Handlers>();

/** The relations that the handler of this request needs: the same object for every request. */
export function loadOptionsOf(context: ExecutionContext): LoadOptions | undefined {
  const [controller, handler] = [context.getClass(), context.getHandler()];
  const handlers: Handlers = known.get(controller) ?? new WeakMap();
  if (!handlers.has(handler)) {
    handlers.set(handler, combine(declaredLoadOptions(controller), declaredLoadOptions(handler)));
    known.set(controller, handlers);
  }
  return handlers.get(handler);
}

const combine = (further: LoadOptions | undefined, nearer: LoadOptions | undefined) =>
  further && nearer ? mergeLoadOptions(further, nearer) : (nearer ?? further);
