import { type ExecutionContext, SetMetadata } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { type LoadOptions, mergeLoadOptions } from '../users/load-options.js';
import type { BaseUser } from '../users/user.entity.js';
import { perHandler } from './per-handler.js';

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

/** A guard that has this static property needs these relations of the user whom it lets in. */
export const NEEDS = Symbol('nestjs-users: relations that a guard needs');

/** The guards that stand at the handler and at the controller. */
export const declaredGuards = (context: ExecutionContext): unknown[] =>
  [context.getHandler(), context.getClass()].flatMap(
    (target) => (Reflect.getMetadata(GUARDS_METADATA, target) as unknown[] | undefined) ?? [],
  );

/** The relations that the handler of this request needs: the same object for every request. */
export const loadOptionsOf = perHandler((context): LoadOptions | undefined =>
  [
    ...needs(context),
    declaredLoadOptions(context.getClass()),
    declaredLoadOptions(context.getHandler()),
  ].reduce(combine, undefined),
);

const needs = (context: ExecutionContext): (LoadOptions | undefined)[] =>
  declaredGuards(context).map((guard) => (Object(guard) as { [NEEDS]?: LoadOptions })[NEEDS]);

const combine = (further: LoadOptions | undefined, nearer: LoadOptions | undefined) =>
  further && nearer ? mergeLoadOptions(further, nearer) : (nearer ?? further);
