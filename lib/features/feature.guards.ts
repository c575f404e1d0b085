import type { CanActivate } from '@nestjs/common';
import { requireInjected } from '../authentication/authenticating.guard.js';
import { requireCall } from '../authentication/parentheses.js';
import { ConfigurationError } from '../common/configuration-error.js';
import type { FeatureOptions } from './feature.js';

/** @throws {ConfigurationError} if the guards or decorators of a feature's options are something else */
export function checkGuards(feature: string, { guards, decorators }: FeatureOptions): void {
  for (const guard of listOf(`${feature}.guards`, guards, 'guards')) {
    requireCall(guard, `in ${feature}.guards`);
    requireInjected(guard, `in ${feature}.guards`);
    if (!isGuard(guard)) throw noListOf(`${feature}.guards`, 'guards');
  }
  for (const decorator of listOf(`${feature}.decorators`, decorators, 'class decorators')) {
    if (typeof decorator !== 'function') throw noListOf(`${feature}.decorators`, 'class decorators');
  }
}

/** Whether this can be a guard, as a class or an instance. */
export const isGuard = (guard: unknown): boolean =>
  typeof guard === 'function' || typeof (Object(guard) as Partial<CanActivate>).canActivate === 'function';

function listOf(option: string, given: unknown, what: string): unknown[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) return given;
  throw noListOf(option, what);
}

const noListOf = (option: string, what: string) =>
  new ConfigurationError(`${option} must be a list of ${what}.`);
