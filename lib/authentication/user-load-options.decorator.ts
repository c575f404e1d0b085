import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { isPlainObject } from '../common/option-checks.js';
import { type LoadOptions, mergeLoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import { bareDecorator } from './bare-decorator.js';
import { declaredGuards, ruleOf } from './guard-rule.js';
import { perHandler } from './per-handler.js';

const LOAD_OPTIONS = 'nestjs-users:load-options';

/**
 * Relations to load with the user whom a guard of this library lets in. For each relation, a handler's value
 * takes precedence over its controller's. An unknown relation stops the boot.
 */
export function UserLoadOptions<User extends BaseUser>(
  options: LoadOptions<User>,
  ...none: never[]
): CustomDecorator {
  if (none.length === 0 && isPlainObject(options)) return SetMetadata(LOAD_OPTIONS, options);
  throw bareDecorator([options, ...none], 'UserLoadOptions', '@UserLoadOptions({ relations: { … } })');
}

/** The load options at one handler or one controller. */
export const declaredLoadOptions = (target: object): LoadOptions | undefined =>
  Reflect.getMetadata(LOAD_OPTIONS, target) as LoadOptions | undefined;

/** The relations that the handler of this request needs. It is the same object for every request. */
export const loadOptionsOf = perHandler((context): LoadOptions | undefined =>
  [
    ...needs(context),
    declaredLoadOptions(context.getClass()),
    declaredLoadOptions(context.getHandler()),
  ].reduce(combine, undefined),
);

const needs = (context: ExecutionContext): (LoadOptions | undefined)[] =>
  declaredGuards(context).map((guard) => ruleOf(guard)?.needs);

const combine = (further: LoadOptions | undefined, nearer: LoadOptions | undefined) =>
  further && nearer ? mergeLoadOptions(further, nearer) : (nearer ?? further);
