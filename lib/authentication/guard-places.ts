import { APP_GUARD, type ModulesContainer } from '@nestjs/core';
import { guardsAt } from './guard-rule.js';
import { type HostModule, hostClasses } from './host-classes.js';

/** A guard, as a class or an instance, and its place, in words that follow its name. */
export interface PlacedGuard {
  readonly guard: unknown;
  readonly place: string;
}

export const OF_APPLICATION = 'among the guards of the whole application';

/**
 * The guards at the host's classes and methods, and the host's guards of the whole application.
 * @param ours controllers of this library
 */
export function* placedGuards(
  modules: readonly HostModule[],
  ours?: readonly unknown[],
): Iterable<PlacedGuard> {
  for (const { target, methods } of hostClasses(modules, ours)) {
    for (const guard of guardsAt(target)) yield { guard, place: `at ${target.name}` };
    for (const { name, method } of methods) {
      for (const guard of guardsAt(method)) yield { guard, place: `at ${target.name}.${name}` };
    }
  }
  for (const { providers, injectables } of modules) {
    for (const { token, metatype } of [...providers.values(), ...injectables.values()]) {
      if (isOfApplication(token)) yield { guard: metatype, place: OF_APPLICATION };
    }
  }
}

/** Nest appends a number to the token, because several providers share it. */
const isOfApplication = (token: unknown) => typeof token === 'string' && token.startsWith(APP_GUARD);

/** The module in which Nest created this guard. */
export const moduleOf = (modules: ModulesContainer, guard: object): HostModule | undefined =>
  [...modules.values()].find(({ providers, injectables }) =>
    [...providers.values(), ...injectables.values()].some(({ instance }) => instance === guard),
  );

/**
 * The place of this guard, or of the first one of its class in its module, after a blank; empty if it is
 * unknown.
 */
export function placeOf(modules: ModulesContainer, guard: object): string {
  const own = moduleOf(modules, guard);
  for (const each of placedGuards(own ? [own] : [...modules.values()])) {
    if (each.guard === guard.constructor) return ` ${each.place}`;
  }
  return '';
}
