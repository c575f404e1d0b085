import { Inject, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '../common/configuration-error.js';
import { placeOf } from './guard-places.js';

const CALL = Symbol('nestjs-users: how a guard is written');
const MODULES = Symbol('nestjs-users: the modules of an application whose guard lacks its parentheses');

interface Factory {
  readonly name: string;
  readonly prototype: object;
}

/**
 * Nest creates an instance of everything in `@UseGuards(…)`, also of a guard factory that the host forgot to
 * call. Such an instance gets Nest's list of modules, so that the boot sentence can name its place.
 * @param factory a function that returns guards, and that returns {@link notCalled} if it is called with `new`
 * @param example the correct use
 */
export function tellForgottenCall(factory: Factory, example: string): void {
  const { prototype } = factory;
  Object.defineProperty(factory, CALL, { value: example });
  Inject(ModulesContainer)(prototype, MODULES);
  Object.defineProperty(prototype, MODULES, {
    set(this: object, modules: ModulesContainer) {
      throw forgottenCall(this, placeOf(modules, this));
    },
  });
  // An instance that the host created with `new` gets nothing injected. It refuses every request.
  Object.defineProperty(prototype, 'canActivate', {
    value(this: object) {
      throw forgottenCall(this, '');
    },
  });
}

/** An instance of a guard factory. */
export const notCalled = (target: { readonly prototype: object }): Type<never> =>
  Object.create(target.prototype) as Type<never>;

/**
 * @param guard a guard, or what stands in its place, as a class or an instance
 * @param place its place
 * @throws {ConfigurationError} if it is a guard factory or an instance of one
 */
export function requireCall(guard: unknown, place: string): void {
  if (callOf(guard) !== undefined) throw forgottenCall(guard, ` ${place}`);
}

function forgottenCall(guard: unknown, place: string): ConfigurationError {
  const call = callOf(guard) as string;
  const [name] = call.split('(');
  return new ConfigurationError(`${name}${place} lacks its parentheses; write ${call}.`);
}

function callOf(guard: unknown): string | undefined {
  const { constructor } = Object(guard) as object;
  return ((typeof guard === 'function' ? guard : constructor) as { [CALL]?: string } | undefined)?.[CALL];
}
