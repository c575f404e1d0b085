import type { ExecutionContext, Type } from '@nestjs/common';

/** What metadata say of a handler on its controller, worked out once: they are the same for every request. */
export function perHandler<T>(compute: (context: ExecutionContext) => T): (context: ExecutionContext) => T {
  const known = new WeakMap<Type, Map<unknown, T>>();
  return (context) => {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    const handlers = known.get(controller) ?? new Map<unknown, T>();
    if (!handlers.has(handler)) {
      handlers.set(handler, compute(context));
      known.set(controller, handlers);
    }
    return handlers.get(handler) as T;
  };
}
