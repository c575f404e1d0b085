import { MetadataScanner, type ModulesContainer } from '@nestjs/core';

/** A module in {@link ModulesContainer}. Nest does not export this type. */
export type HostModule = ModulesContainer extends Map<string, infer Each> ? Each : never;

/** A class of the host, with its methods, which may carry metadata. */
export interface HostClass {
  readonly target: { readonly name: string };
  readonly methods: readonly { name: string; method: object }[];
}

/**
 * The controllers and the providers of the host's modules.
 * @param ours controllers of this library
 */
export function* hostClasses(
  modules: Iterable<HostModule>,
  ours: readonly unknown[] = [],
): Iterable<HostClass> {
  for (const { controllers, providers } of modules) {
    for (const { metatype } of [...controllers.values(), ...providers.values()]) {
      if (typeof metatype !== 'function' || !metatype.prototype || ours.includes(metatype)) continue;
      yield { target: metatype, methods: methodsOf(metatype.prototype as Record<string, object>) };
    }
  }
}

const methodsOf = (prototype: Record<string, object>): HostClass['methods'] =>
  new MetadataScanner().getAllMethodNames(prototype).map((name) => ({ name, method: prototype[name] }));
