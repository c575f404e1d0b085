import type { ExecutionContext, Type } from '@nestjs/common';

/**
 * Computes a value from the metadata of a handler and its controller once, because it is the same for every
 * request.
 * @param compute uses the context, and further values that are the same for every request
 */
export function perHandler<T, More extends unknown[]>(
  compute: (context: ExecutionContext, ...more: More) => T,
): (context: ExecutionContext, ...more: More) => T {
  const known = new WeakMap<Type, Map<unknown, T>>();
  return (context, ...more) => {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    const handlers = known.get(controller) ?? new Map<unknown, T>();
    if (!handlers.has(handler)) {
      handlers.set(handler, compute(context, ...more));
      known.set(controller, handlers);
    }
    return handlers.get(handler) as T;
  };
}
